import { manyFunctions } from "../peer.ts";
import { twoProcesses } from "../peers/two-processes.ts";
import type { Scenario } from "../scenario.ts";
import { loadRounds } from "./load-rounds.ts";

export const roundRobin: Scenario = {
  name: "round-robin",
  title: "100 hello functions in turn, saturated by 32 connections",
  quick: false,
  main: "requestsPerSecond",
  takes: (peer) => peer !== twoProcesses,
  run: (peers, settings) => loadRounds(peers, manyFunctions(100), { connections: 32 }, settings),
};
