import type { EgressLists } from "./egress.ts";
import type { Limits, RequestLimits } from "./limits.ts";

/** How a module of a bundle is read: ES module, WebAssembly, or a file that becomes its default export. */
export type ModuleType = "esm" | "wasm" | "text" | "json" | "data";

export interface BundleModule {
  /** Relative path inside the bundle, with '/' between its parts: "lib/a.js". */
  readonly name: string;
  readonly type: ModuleType;
  readonly bytes: Uint8Array;
}

/** How requests are brought to a program that knows nothing of Islet. */
export type ProgramProtocol = "http" | "lambda" | "azure";

/** Where the image of a program is from. */
export type ProgramImage =
  /**
   * One that the engine had when it was deployed. The name is for people: it may mean another by now. The id is
   * empty until the deploy has looked it up.
   */
  | { readonly from: "engine"; readonly name: string; readonly id: string }
  /** The server's own for a language: the program is what was uploaded. */
  | { readonly from: "base"; readonly language: "node" | "python" }
  /** Built of a Dockerfile: the bundle's only module is its context, an archive. */
  | { readonly from: "dockerfile" };

/** What runs in containers and was not written for Islet. */
export interface Program {
  readonly protocol: ProgramProtocol;
  readonly image: ProgramImage;
  /** In place of the image's own command, its entry point included. */
  readonly command?: readonly string[];
  /** Where it is to listen. */
  readonly port: number;
  /** Of Lambda: what its runtime is to call, "lambda_function.lambda_handler". */
  readonly handler?: string;
}

/** What a version is made of, as uploaded or as compiled for isolates. */
export interface Bundle {
  /** Name of the module whose default export has fetch(), or that has the handler. Empty for a program. */
  readonly main: string;
  /** What is called in a Python module, with the module's dotted name: "add.add". Absent: it is JavaScript. */
  readonly handler?: string;
  /** Absent: it is a function, and not a program of its own. */
  readonly program?: Program;
  readonly modules: readonly BundleModule[];
  /** Plain variables that the function sees as `env`. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Limits;
}

/** Where a version runs: in an isolate of a pool process, or in containers of its own. */
export type FunctionTier = "isolate" | "container";

/** Where a manifest wants its version to run; `auto` leaves that to the upload and to what is measured. */
export type AskedTier = "auto" | FunctionTier;

/**
 * Places that belong together: the pool processes that tenants share, the one that a tenant has for itself, or the
 * containers of one version.
 */
export type PoolGroup = "shared" | `tenant:${string}` | `container:${string}`;

/** What a version's containers are to be, within what the operator permits. Absent: as much as that. */
export interface Scaling {
  /** Containers at a time, over all fronts. */
  readonly maxInstances?: number;
  /** Requests that one takes at a time. */
  readonly concurrency?: number;
}

/**
 * What a front needs to know to serve one function. It is replaced whole and never changed in
 * place, so a request that has found one sees one version to its end.
 */
export interface LiveFunction {
  readonly name: string;
  /** Whose function it is; by default it is its own. */
  readonly tenant: string;
  /** Of all functions of the tenant together, where that is not as for all tenants. */
  readonly tenantLimits?: Partial<RequestLimits>;
  /** Where its requests run. The supervisor decides that when it publishes. */
  readonly group: PoolGroup;
  readonly versionId: string;
  /** Where it runs. Absent: an isolate. */
  readonly tier?: FunctionTier;
  /** What its manifest asked for. Absent: no more than that. */
  readonly asked?: AskedTier;
  /**
   * Whether a container has been found to be better for it, or may be: `possible`, a request that an isolate's limit
   * has ended may be run once more in a container; `done`, all of them run there since that was seen to be needed.
   */
  readonly fallback?: "possible" | "done";
  /** Extra routes, beside {name}.localhost and /fn/{name}/*. */
  readonly routes: readonly string[];
  /** As its manifest has them, and no more than the operator permits now, and lays down for the tenant. */
  readonly limits: Limits;
  /** Names those that hold where it runs. Absent: they are the version's own there. */
  readonly limitsId?: string;
  /** What is laid down for the tenant: containers do not have more, whatever else they have. */
  readonly mostMemoryMb?: number;
  /** What it may fetch from. Absent: all that the operator permits. */
  readonly egress?: EgressLists;
  readonly scaling?: Scaling;
}

type OfVersion = Pick<LiveFunction, "name" | "versionId">;
type OfIsolate = OfVersion & Pick<LiveFunction, "limitsId">;

/** Names a version of a function, whatever holds for it. */
export function versionKey({ name, versionId }: OfVersion): string {
  return `${name}@${versionId}`;
}

/** No name and no version id has it. */
const beforeLimits = "~";

/**
 * Names what is in one isolate: two functions with the same bytes never share one, and a version whose limits are
 * changed gets another.
 */
export function isolateKey(fn: OfIsolate): string {
  return fn.limitsId === undefined
    ? `${fn.name}@${fn.versionId}`
    : `${fn.name}@${fn.versionId}${beforeLimits}${fn.limitsId}`;
}

/** The version of what an isolate key names. */
export function versionOfKey(isolateKey: string): string {
  const end = isolateKey.lastIndexOf(beforeLimits);
  return end < 0 ? isolateKey : isolateKey.slice(0, end);
}

/** The group of a version that runs in containers. */
export function containerGroup(fn: OfIsolate & Pick<LiveFunction, "mostMemoryMb">): PoolGroup {
  const key = isolateKey(fn);
  return fn.mostMemoryMb === undefined ? `container:${key}` : `container:${key}${beforeLimits}${fn.mostMemoryMb}`;
}

/** The same version as it runs in containers. */
export function inContainers(fn: LiveFunction): LiveFunction {
  return { ...fn, tier: "container", group: containerGroup(fn) };
}

export function isContainerGroup(group: PoolGroup): boolean {
  return group.startsWith("container:");
}
