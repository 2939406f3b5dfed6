import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";

interface Container {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly waiting: ServerResponse[];
}

/** What is done with a call instead of what it asks for: a status, or nothing at all. */
type Fault = (call: string) => number | "breaks off" | undefined;

/**
 * Something at a socket that answers as an engine does, and fails as a test wants it to. Real engines fail so only
 * under loads that no test can make.
 */
export class ScriptedEngine {
  readonly socketPath: string;
  readonly calls: string[] = [];
  readonly containers = new Map<string, Container>();
  fault: Fault = () => undefined;
  #server: Server | undefined;
  #made = 0;

  constructor(folder: string) {
    this.socketPath = join(folder, "engine.sock");
  }

  get dockerHost(): string {
    return `unix://${this.socketPath}`;
  }

  async up(): Promise<void> {
    const server = createServer((incoming, outgoing) => void this.#answer(incoming, outgoing));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.socketPath, resolve));
  }

  async down(): Promise<void> {
    const server = this.#server;
    await new Promise((resolve) => {
      server?.close(resolve);
      server?.closeAllConnections();
    });
  }

  add(labels: Readonly<Record<string, string>>): string {
    const id = `c${++this.#made}`;
    this.containers.set(id, { id, labels, waiting: [] });
    return id;
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const [path = ""] = (incoming.url ?? "").split("?");
    const call = `${incoming.method} ${path}`;
    this.calls.push(call);
    let text = "";
    for await (const piece of incoming) text += String(piece);
    const fault = this.fault(call);
    const send = (status: number, body: unknown) => {
      outgoing.writeHead(status, { "content-type": "application/json" });
      outgoing.end(JSON.stringify(body));
    };
    const [, , id = "", verb] = path.split("/");
    const container = this.containers.get(id);
    if (typeof fault === "number") return send(fault, { message: "on purpose" });
    if (path === "/_ping") return send(200, "OK");
    if (path === "/info") return send(200, {});
    if (path === "/containers/json") {
      const all = [...this.containers.values()].map((one) => ({ Id: one.id, Labels: one.labels }));
      return send(200, all);
    }
    if (path.startsWith("/images/")) return send(200, { Id: "image", Config: {} });
    if (path === "/containers/create") {
      const made = this.add((JSON.parse(text) as { Labels: Record<string, string> }).Labels);
      if (fault === "breaks off") {
        outgoing.destroy();
        return;
      }
      return send(201, { Id: made });
    }
    if (!container) return send(404, { message: "no such container" });
    if (verb === "wait") container.waiting.push(outgoing);
    else if (verb === "logs") outgoing.writeHead(200).flushHeaders();
    else if (verb === "json") {
      send(200, { State: { Running: true, OOMKilled: false, ExitCode: 0, Pid: 0 } });
    } else if (incoming.method === "DELETE") {
      this.containers.delete(id);
      for (const one of container.waiting) one.end('{"StatusCode":137}');
      outgoing.writeHead(204).end();
    } else outgoing.writeHead(204).end();
  }
}
