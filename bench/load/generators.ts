import { autocannon } from "./autocannon.ts";
import { h2load } from "./h2load.ts";
import { hey } from "./hey.ts";
import type { Load, LoadGenerator } from "./load.ts";
import { wrk } from "./wrk.ts";

/**
 * The best first. At a fixed rate hey comes before h2load: h2load starts its connections' clocks
 * together, so requests come in bursts, and it then measures the place in the burst.
 */
const generators: readonly LoadGenerator[] = [wrk, hey, h2load, autocannon];

/** What to do for the best generators, or nothing when they are there. */
export function installHint(): string | undefined {
  return wrk.installed() && (hey.installed() || h2load.installed())
    ? undefined
    : "For better load generators: apt-get install wrk hey nghttp2-client";
}

export function generatorFor(load: Load): LoadGenerator {
  return generators.find((generator) => generator.takes(load) && generator.installed()) ?? autocannon;
}
