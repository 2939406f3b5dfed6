import { readFileSync } from "node:fs";

/**
 * Hello answers a short text, echo parses a JSON body and answers it, compute takes 2 ms; loop never ends, bomb takes much memory, abort makes
 * V8 give up its process, and stall holds it where V8 cannot end it.
 */
type FunctionKind = "hello" | "echo" | "compute" | "loop" | "bomb" | "abort" | "stall";

export interface BenchFunction {
  readonly name: string;
  readonly kind: FunctionKind;
  /** Of the manifest, for peers that have limits. */
  readonly limits?: Readonly<Record<string, number>>;
}

/** The same file for every peer that runs functions; the comment keeps two functions from being the same bytes. */
export function functionSource({ name, kind }: BenchFunction): string {
  return `// ${name}\n${readFileSync(new URL(`functions/${kind}.js`, import.meta.url), "utf8")}`;
}

export function manyFunctions(count: number): BenchFunction[] {
  return Array.from({ length: count }, (_, i) => ({ name: `f${i}`, kind: "hello" }));
}

/** Something that serves HTTP and is measured. */
export interface Peer {
  readonly name: string;
  /** Resolves when it accepts connections. Rejects when it has not within some seconds. */
  start(functions: readonly BenchFunction[]): Promise<RunningPeer>;
}

export interface RunningPeer {
  readonly name: string;
  url(functionName: string): string;
  /** All its processes as they are now. */
  pids(): number[];
  stop(): Promise<void>;
}
