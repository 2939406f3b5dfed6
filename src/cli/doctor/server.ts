import type { Config } from "../../config.ts";
import { confinePools } from "../../processes/pool-confinement.ts";
import { buildPoolCode } from "../../processes/process-code.ts";
import { type MeasureName, measures, measuresOfFronts } from "../../supervisor/confinement/measures.ts";
import { probePort } from "../../supervisor/port-probe.ts";
import { RunDirectory } from "../../supervisor/run-directory.ts";
import { CommandError } from "../command-error.ts";
import { ControlClient } from "../control-client.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

interface Isolation {
  readonly confinement: string;
  readonly measures: readonly { readonly name: string; readonly inForce: boolean; readonly why: string | null }[];
}

/** What a running server says of itself; null when none answers with this token. */
export async function askServer(config: Config): Promise<Isolation | null> {
  try {
    return (await (await ControlClient.of(config)).call("GET", "/v1/health/isolation")) as Isolation;
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

/** @param running whether a server is up, whose ports these are. */
export async function ports(config: Config, running: boolean): Promise<Finding[]> {
  const { host, port, controlHost, controlPort } = config;
  if (running) return [ok("ports", `an Islet answers on ${controlHost}:${controlPort}`)];
  return [await free("port", host, port), await free("control port", controlHost, controlPort)];
}

async function free(check: string, host: string, port: number): Promise<Finding> {
  try {
    await probePort(host, port, check === "port" ? "ISLET_PORT" : "ISLET_CONTROL_PORT");
    return ok(check, port === 0 ? "any free one" : `${host}:${port} is free`);
  } catch (error) {
    return fail(check, (error as Error).message, "end what listens there, or choose another port");
  }
}

/** What would hold pool processes, or holds those of the running server. */
export async function confinement(config: Config, running: Isolation | null): Promise<Finding[]> {
  const mode = running?.confinement ?? config.confinement;
  let list: Isolation["measures"];
  try {
    list = running?.measures ?? (await planned(config));
  } catch (error) {
    return [
      fail(
        "confinement",
        (error as Error).message,
        "set TMPDIR to a directory with a short path that Islet may write to",
      ),
    ];
  }
  const missing = list.filter(({ inForce }) => !inForce);
  if (missing.length === 0)
    return [ok("confinement", `all ${list.length} measures hold the processes that run functions`)];
  const tell = mode === "require" ? fail : warn;
  return missing.map(({ name, why }) => {
    const what = measures[name as MeasureName] ?? "";
    return tell(`confinement: ${name}`, `not in force (${what}): ${why}`, remedies[name as MeasureName] ?? asRoot);
  });
}

async function planned(config: Config): Promise<Isolation["measures"]> {
  if (config.isolation === "none") return measuresOfFronts();
  const directory = new RunDirectory();
  try {
    // What is required and missing is a finding like others.
    const lenient = {
      ...config,
      confinement: config.confinement === "require" ? ("auto" as const) : config.confinement,
    };
    const confined = await confinePools(lenient, directory, await buildPoolCode(directory.path));
    return confined.planned();
  } finally {
    directory.remove();
  }
}

const asRoot = "start Islet as root on Linux";
const bubblewrap = "install bubblewrap (Debian: apt-get install bubblewrap), and start Islet as root";
const remedies: Partial<Record<MeasureName, string>> = {
  ...{ network: bubblewrap, processes: bubblewrap, files: bubblewrap, seccomp: bubblewrap },
  privileges: "install bubblewrap or util-linux (setpriv)",
  permissions: "set confinement to auto",
  memoryCgroup: "start Islet as root, or set poolCgroup to a cgroup that it may write to",
};
