import process from "node:process";
import type { Config } from "../../config.ts";
import { baseImageName, type Language } from "../../container/base-images.ts";
import { Engine } from "../../container/engine.ts";
import { EngineUnreachable } from "../../container/engine-errors.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

const check = "container engine";
const languages: readonly Language[] = ["node", "python"];
/** The minor number of the API of Docker 20.10, the oldest that was tried. */
const oldestApi = 41;

/** Containers are for some functions only: without an engine Islet runs the others. */
export async function containerEngine({ dockerHost }: Config): Promise<Finding[]> {
  let engine: Engine | undefined;
  try {
    engine = new Engine(dockerHost);
    const { version, apiVersion, runtimes, lacks } = await engine.describe();
    return [
      Number(apiVersion.split(".")[1]) >= oldestApi
        ? ok(check, `${version} at ${dockerHost}`)
        : warn(
            check,
            `${version} (API ${apiVersion}) is older than any that was tried`,
            "install Docker 20.10 or later",
          ),
      ...lacks.map((limit) =>
        warn(check, `it cannot limit ${limit} of containers`, "have the kernel's cgroups enabled for that"),
      ),
      ...(await baseImages(engine)),
      runtimes.includes("runsc")
        ? ok("gVisor", "the engine has runsc")
        : ok("gVisor", "the engine has no runsc; containers are held by the kernel's own means"),
    ];
  } catch (error) {
    return [unreachable(error, dockerHost)];
  } finally {
    await engine?.close();
  }
}

async function baseImages(engine: Engine): Promise<Finding[]> {
  return Promise.all(
    languages.map(async (language) => {
      const name = `${language} image`;
      try {
        const image = await baseImageName(language);
        const isThere = await engine.hasImage(image);
        return ok(name, isThere ? `${image} is there` : `made at the first use; islet images build makes it now`);
      } catch (error) {
        if (error instanceof EngineUnreachable) throw error;
        return warn(name, (error as Error).message, language === "python" ? "apt-get install python3" : "run npm ci");
      }
    }),
  );
}

function unreachable(error: unknown, dockerHost: string): Finding {
  const code = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
  const message = `${(error as Error).message}: functions that need a container are refused`;
  if (code === "EACCES") {
    const user = process.env.USER ?? "the user that Islet runs as";
    return warn(
      check,
      message,
      `let Islet open the socket: usermod --append --groups docker ${user}, then log in again`,
    );
  }
  if (code === "ECONNREFUSED") return warn(check, message, "start it: systemctl start docker, or dockerd");
  if (!dockerHost.startsWith("unix://"))
    return fail(check, message, "set dockerHost to the engine's socket on this machine");
  return warn(
    check,
    message,
    "install Docker (Debian: apt-get install docker.io) and start it: systemctl start docker, or dockerd",
  );
}
