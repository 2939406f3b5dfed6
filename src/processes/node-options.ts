import type { ChildKind } from "../supervisor/child.ts";

/**
 * In MiB. A request's objects live until its answer: with V8's small default many are still in use
 * when a young collection comes, and are copied. With a larger bound V8 makes it grow where thousands
 * of requests wait, and a collection then holds up the process for 20 to 50 ms. A pool process takes
 * the flags back before it makes isolates.
 */
const youngGeneration = ["--min-semi-space-size=16", "--max-semi-space-size=16"];

/**
 * With it, V8 13.6 takes the check for termination out of loops such as `for (;;) new Array(1000)`
 * once they are optimised: no time-out ends them and no memory limit holds (8 GB in a minute seen).
 */
const endableLoops = ["--no-turboshaft-loop-unrolling"];

/** Node warns once of each algorithm that it calls experimental, and of the way to a key that is not extractable. */
const quietCrypto = ["--disable-warning=ExperimentalWarning", "--disable-warning=DEP0204"];

export function nodeFlags(kind: ChildKind): string[] {
  return kind === "pool" ? [...youngGeneration, ...endableLoops, ...quietCrypto] : youngGeneration;
}
