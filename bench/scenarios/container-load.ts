import { directContainer } from "../containers/direct-container.ts";
import { dockerHost, isletContainer } from "../containers/islet-containers.ts";
import { containerScenario, hello } from "./container-scenario.ts";
import { loadRounds } from "./load-rounds.ts";

const peers = [directContainer(dockerHost), isletContainer];

export const containerHello = containerScenario({
  name: "container-hello",
  title: "Hello in a warm container, saturated by 32 connections: straight to it, and through Islet",
  main: "requestsPerSecond",
  run: (settings) => loadRounds(peers, [hello], { connections: 32 }, settings),
});

export const containerAddedTime = containerScenario({
  name: "container-added-time",
  title: "Hello in a warm container, one request at a time: straight to it, and through Islet",
  main: "p50Ms",
  run: (settings) => loadRounds(peers, [hello], { connections: 1 }, settings),
});
