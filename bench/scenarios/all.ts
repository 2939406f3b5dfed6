import type { Scenario } from "../scenario.ts";
import { coldStart, coldStartUnprepared } from "./cold-start.ts";
import { containerBurst, containerColdStart, containerKill, containerThaw } from "./container-life.ts";
import { containerAddedTime, containerHello } from "./container-load.ts";
import { density } from "./density.ts";
import { deploy } from "./deploy.ts";
import { echo } from "./echo.ts";
import { hello } from "./hello.ts";
import { helloFixedRate } from "./hello-fixed-rate.ts";
import { hotSpread } from "./hot-spread.ts";
import { isolationModes } from "./isolation-modes.ts";
import { killPool } from "./kill-pool.ts";
import { noisyNeighbour } from "./noisy-neighbour.ts";
import { fairness, overload } from "./overload.ts";
import { restart } from "./restart.ts";
import { roundRobin } from "./round-robin.ts";
import { zipfHomes } from "./zipf-homes.ts";

/** In the order of the report. */
export const allScenarios: readonly Scenario[] = [
  hello,
  helloFixedRate,
  echo,
  roundRobin,
  coldStart,
  coldStartUnprepared,
  density,
  deploy,
  killPool,
  restart,
  zipfHomes,
  hotSpread,
  isolationModes,
  noisyNeighbour,
  overload,
  fairness,
  containerHello,
  containerAddedTime,
  containerColdStart,
  containerThaw,
  containerBurst,
  containerKill,
];
