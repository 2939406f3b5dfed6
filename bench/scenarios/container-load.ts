import { directContainer } from "../containers/direct-container.ts";
import { dockerHost, isletContainer } from "../containers/islet-containers.ts";
import type { BenchFunction } from "../peer.ts";
import { islet } from "../peers/islet.ts";
import type { Scenario } from "../scenario.ts";
import { loadRounds } from "./load-rounds.ts";

const functions: readonly BenchFunction[] = [{ name: "hello", kind: "hello" }];
const peers = [directContainer(dockerHost), isletContainer];

export const containerHello: Scenario = {
  name: "container-hello",
  title: "Hello in a warm container, saturated by 32 connections: straight to it, and through Islet",
  quick: false,
  main: "requestsPerSecond",
  takes: (peer) => peer === islet,
  run: (_, settings) => loadRounds(peers, functions, { connections: 32 }, settings),
};

export const containerAddedTime: Scenario = {
  name: "container-added-time",
  title: "Hello in a warm container, one request at a time: straight to it, and through Islet",
  quick: false,
  main: "p50Ms",
  takes: (peer) => peer === islet,
  run: (_, settings) => loadRounds(peers, functions, { connections: 1 }, settings),
};
