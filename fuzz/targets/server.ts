import { readFileSync } from "node:fs";
import { TestServer } from "../../test/e2e/server.ts";

const mostGrowthKib = 512 * 1024;

const functions = {
  echo: `export default { async fetch(request) {
    const body = request.body ? await request.arrayBuffer() : null;
    return new Response(body, { headers: { "x-url": encodeURI(request.url), "x-count": String([...request.headers].length) } });
  } };`,
  pass: `export default { fetch: (request) => new Response(request.body, { headers: request.headers }) };`,
} as const;

/** A real server, and what tells whether it took harm. */
export class FuzzedServer {
  readonly server: TestServer;
  readonly #fronts: readonly [string, number][];
  readonly #before: number;

  private constructor(server: TestServer) {
    this.server = server;
    this.#fronts = fronts(server);
    this.#before = this.#residentKib();
  }

  static async start(): Promise<FuzzedServer> {
    const server = await TestServer.start({ POOLS: 1 });
    for (const [name, source] of Object.entries(functions)) await server.deploy(name, source);
    return new FuzzedServer(server);
  }

  /** @throws Error when a front died, requests are not answered, or memory is lost. */
  async check(): Promise<void> {
    const now = fronts(this.server);
    if (JSON.stringify(now) !== JSON.stringify(this.#fronts)) throw new Error("a front process died");
    const answer = await this.server.send("/fn/echo/");
    if (answer.status !== 200) throw new Error(`a good request was answered with ${answer.status}: ${answer.text}`);
    const grown = this.#residentKib() - this.#before;
    if (grown > mostGrowthKib) throw new Error(`the fronts grew by ${grown} KiB`);
  }

  #residentKib(): number {
    return this.#fronts.reduce((sum, [, pid]) => {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    }, 0);
  }
}

function fronts(server: TestServer): [string, number][] {
  return [...server.pids()].filter(([name]) => name.startsWith("front-"));
}
