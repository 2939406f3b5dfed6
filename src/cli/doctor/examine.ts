import type { Config } from "../../config.ts";
import { containerEngine } from "./container-engine.ts";
import type { Finding } from "./finding.ts";
import { dataDirectory, isolatedVm, nodeVersion } from "./machine.ts";
import { askServer, confinement, ports } from "./server.ts";

/** All that Islet needs on this machine, in the order in which it would be missed. */
export async function examine(config: Config): Promise<Finding[]> {
  const running = await askServer(config);
  return [
    nodeVersion(),
    await isolatedVm(),
    await dataDirectory(config),
    ...(await ports(config, running !== null)),
    ...(await confinement(config, running)),
    ...(await containerEngine(config)),
  ];
}
