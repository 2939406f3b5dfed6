import { setFlagsFromString } from "node:v8";
import { onTestFinished } from "vitest";
import type { Bundle } from "../../src/core/deployment.ts";
import { defaultLimits, type Limits } from "../../src/core/limits.ts";
import type { DeathReason } from "../../src/isolate/death.ts";
import type { InvocationFailure, Job } from "../../src/isolate/job.ts";
import type { Lane } from "../../src/isolate/lane.ts";
import { Preparer } from "../../src/isolate/preparer.ts";
import { Runtime } from "../../src/isolate/runtime.ts";
import { buildRuntimeSource } from "../../src/isolate/runtime-source.ts";
import { TenantIsolate } from "../../src/isolate/tenant-isolate.ts";
import { ThreadSlots } from "../../src/isolate/thread-slots.ts";
import { Watchdog } from "../../src/isolate/watchdog.ts";

// As pool processes are started (src/processes/children.ts): without it some loops cannot be ended.
setFlagsFromString("--no-turboshaft-loop-unrolling");

let runtime: Promise<Runtime> | undefined;

export type Outcome = { status: number; body: unknown } | InvocationFailure;

export interface Tenant {
  readonly isolate: TenantIsolate;
  readonly deaths: DeathReason[];
  readonly dead: Promise<void>;
  readonly slow: number[];
  readonly unclean: string[];
  /** Resolves with how a GET of `url` ended. */
  get(url?: string): Promise<Outcome>;
}

export async function tenant(
  main: string,
  {
    lane = "main",
    limits = {},
    slots = new ThreadSlots(),
    onSlow = () => undefined,
    onLog = () => undefined,
  }: {
    lane?: Lane["kind"];
    limits?: Partial<Limits>;
    slots?: ThreadSlots;
    onSlow?: (isolate: TenantIsolate) => void;
    onLog?: () => void;
  } = {},
): Promise<Tenant> {
  runtime ??= buildRuntimeSource().then((source) => new Runtime(source));
  const watchdog = new Watchdog();
  const preparer = new Preparer(await runtime, watchdog, 0, 128);
  const bytes = new TextEncoder().encode(main);
  const bundle: Bundle = {
    main: "index.js",
    modules: [{ name: "index.js", type: "esm", bytes }],
    env: {},
    limits: { ...defaultLimits, ...limits },
  };
  const deaths: DeathReason[] = [];
  const { promise: dead, resolve: died } = Promise.withResolvers<void>();
  const slow: number[] = [];
  const unclean: string[] = [];
  const source = { slots, take: (memoryMb: number) => preparer.take(memoryMb) };
  const isolate = new TenantIsolate("test@1", bundle, lane, source, {
    entering: () => undefined,
    left: () => undefined,
    slow: (entered, ms) => {
      slow.push(ms);
      onSlow(entered);
    },
    probed: () => undefined,
    died: (_, reason) => {
      deaths.push(reason);
      died();
    },
    unclean: (_, how) => unclean.push(how),
    opFailed: (_, name, error) => {
      throw new Error(`op ${name} failed`, { cause: error });
    },
    loadLog: () => undefined,
  });
  onTestFinished(() => {
    isolate.kill("shutdown");
    preparer.close();
    watchdog.close();
  });
  isolate.load();
  const get = (url = "http://localhost/") =>
    new Promise<Outcome>((resolve) => isolate.invoke(job(resolve, onLog), "GET", url, "", null));
  return { isolate, deaths, dead, slow, unclean, get };
}

function job(resolve: (outcome: Outcome) => void, onLog: () => void): Job {
  const ignored = (): undefined => undefined;
  return {
    started: ignored,
    respond: (status, _text, _headers, body) => resolve({ status, body }),
    failed: (failure) => resolve(failure),
    done: ignored,
    log: onLog,
    pull: ignored,
    cancelBody: ignored,
    write: () => true,
    close: ignored,
    abort: ignored,
    fetch: ignored,
    abortFetch: ignored,
    limitHit: ignored,
  };
}
