import type { Peer, RunningPeer } from "../peer.ts";
import { islet, startIslet } from "../peers/islet.ts";
import type { Scenario } from "../scenario.ts";
import { loadRounds } from "./load-rounds.ts";

const connections = 16;

function withPools(pools: number, name: string): Peer {
  return {
    name,
    start: (functions): Promise<RunningPeer> => startIslet(functions, { name, settings: { POOLS: pools } }),
  };
}

/**
 * Of two cores the generator and the front take their part, so that two pool processes never have both; how much they had is
 * measured beside.
 */
export const hotSpread: Scenario = {
  name: "hot-spread",
  title: `One function of 2 ms CPU time over ${connections} connections: two pool processes against one`,
  quick: true,
  main: "requestsPerSecond",
  takes: (peer) => peer === islet,
  run: (_, settings) =>
    loadRounds(
      [withPools(2, islet.name), withPools(1, `${islet.name}, one pool process`)],
      [{ name: "hot", kind: "compute" }],
      { connections },
      settings,
    ),
};
