import type { BenchFunction } from "../peer.ts";
import type { Scenario } from "../scenario.ts";
import { loadRounds } from "./load-rounds.ts";

const functions: readonly BenchFunction[] = [{ name: "hello", kind: "hello" }];

export const hello: Scenario = {
  name: "hello",
  title: "Hello, saturated by 32 connections",
  quick: true,
  main: "requestsPerSecond",
  takes: () => true,
  run: (peers, settings) => loadRounds(peers, functions, { connections: 32 }, settings),
};
