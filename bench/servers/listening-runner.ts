import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import process from "node:process";
import { ControlLine } from "../../runtime-api/runners/link/control-line.ts";
import { type ModuleType, serveModules } from "../../runtime-api/runners/node/bundle-modules.ts";
import { logRequests } from "../../runtime-api/runners/node/request-log.ts";
import { type Handler, serveRequests } from "../../runtime-api/runners/node/requests.ts";

/*
 * Runs in a container, in place of the runner's own main file: the runner's code, but listening for clients, at a
 * port or a socket, with nobody between.
 */

const folder = "/islet/function";
const controlPath = "/tmp/control";
const sink = createServer((socket) => socket.resume());
await new Promise<void>((resolve) => sink.listen(controlPath, resolve));
const control = new ControlLine(controlPath);
logRequests(control);
const description = JSON.parse(readFileSync(`${folder}/function.json`, "utf8")) as {
  readonly main: string;
  readonly types: Readonly<Record<string, ModuleType>>;
  readonly env: unknown;
};
const urlOf = serveModules(`${folder}/modules`, new Map(Object.entries(description.types)));
const { default: handler } = (await import(urlOf(description.main))) as { default: Handler };
const server = serveRequests(handler, description.env, control);
// A front sends whole URLs, clients do not.
server.prependListener("request", (incoming) => {
  incoming.url = `http://${incoming.headers.host ?? "container"}${incoming.url ?? "/"}`;
});
server.listen(process.env.LISTEN);
