import type { BenchFunction } from "../peer.ts";
import { twoProcesses } from "../peers/two-processes.ts";
import type { Scenario } from "../scenario.ts";
import { loadRounds } from "./load-rounds.ts";

const functions: readonly BenchFunction[] = [{ name: "echo", kind: "echo" }];

const bodyBytes = 1024;

export const echo: Scenario = {
  name: "echo",
  title: "JSON echo of 1 KB, POST, saturated by 32 connections",
  quick: true,
  main: "requestsPerSecond",
  takes: (peer) => peer !== twoProcesses,
  run: (peers, settings) => loadRounds(peers, functions, { connections: 32, body: jsonBody() }, settings),
};

/** An object of several fields, as JSON of exactly 1,024 bytes. */
function jsonBody(): string {
  const items = Array.from({ length: 12 }, (_, id) => ({ id, name: `item ${id}`, price: id * 1.5, tags: ["a", "b"] }));
  const body = (padding: string): string => JSON.stringify({ items, padding });
  return body("x".repeat(bodyBytes - body("").length));
}
