import type { BenchFunction } from "../peer.ts";
import type { Scenario } from "../scenario.ts";
import { loadRounds } from "./load-rounds.ts";

const functions: readonly BenchFunction[] = [{ name: "hello", kind: "hello" }];

/** Below saturation: a saturating generator on the same cores measures the kernel's scheduler, not the server. */
export const helloFixedRate: Scenario = {
  name: "hello-fixed-rate",
  title: "Hello at 5,000 req/s over 20 connections",
  quick: false,
  main: "p50Ms",
  takes: () => true,
  run: (peers, settings) => loadRounds(peers, functions, { connections: 20, rate: 5_000 }, settings),
};
