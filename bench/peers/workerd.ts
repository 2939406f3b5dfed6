import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import executable from "workerd";
import { Child } from "../child.ts";
import { scratchFolder } from "../clean-up.ts";
import { type BenchFunction, functionSource, type Peer, type RunningPeer } from "../peer.ts";

const startMs = 60_000;
const controlFd = 3;
/** The leaner workerd: from later dates on, each worker has Node's modules too, and takes 2.3 MB in place of 1.6. */
const compatibilityDate = "2024-01-01";

/** Cloudflare's runtime on the same function files. */
export const workerd: Peer = {
  name: "workerd",
  async start(functions: readonly BenchFunction[]): Promise<RunningPeer> {
    const folder = scratchFolder();
    const files = functions.map((fn) => writeFile(join(folder, `${fn.name}.js`), functionSource(fn)));
    await Promise.all([
      ...files,
      writeFile(join(folder, "router.js"), router),
      writeFile(join(folder, "config.capnp"), config(functions)),
    ]);
    const child = new Child(executable.default, ["serve", "config.capnp", `--control-fd=${controlFd}`], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const port = await child.until(listeningPort(child.process.stdio[controlFd] as Readable), startMs);
    return {
      name: workerd.name,
      url: (functionName) => `http://127.0.0.1:${port}/fn/${functionName}/`,
      pids: () => child.pids(),
      stop: () => child.stop(),
    };
  },
};

/** workerd does not route by path: for more than one function, a worker in front does. */
const router = `export default {
  fetch(request, env) {
    return env[request.url.split("/", 5)[4]].fetch(request);
  },
};
`;

function config(functions: readonly BenchFunction[]): string {
  const date = `compatibilityDate = "${compatibilityDate}"`;
  const worker = (name: string, more = ""): string =>
    `(name = "${name}", worker = (modules = [(name = "${name}.js", esModule = embed "${name}.js")], ${date}${more}))`;
  const names = functions.map(({ name }) => name);
  const bindings = names.map((name) => `(name = "${name}", service = "${name}")`).join(", ");
  const only = names.length === 1 ? names[0] : undefined;
  const services = [...names.map((name) => worker(name)), worker("router", `, bindings = [${bindings}]`)];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.join(",\n    ")}
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "${only ?? "router"}")]
);
`;
}

/** workerd writes a JSON line to its control descriptor for each socket it listens on. */
async function listeningPort(control: Readable): Promise<number> {
  let text = "";
  for await (const chunk of control.setEncoding("utf8")) {
    text += chunk;
    const port = /"event":"listen".*?"port":(\d+)/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error("workerd closed its control descriptor before it listened");
}
