import { setTimeout as pause } from "node:timers/promises";
import { Agent } from "undici";
import { expect } from "vitest";
import type { TestServer } from "../e2e/server.ts";

export const secret = "the-good-functions-secret";

/** Says which isolate answers, so that its end can be seen. */
const source = `let isolate; let n = 0;
export default { fetch: (_, env) => new Response(env.SECRET.length + " good " + ++n + " " + (isolate ??= crypto.randomUUID())) };`;

const answerText = new RegExp(`^${secret.length} good \\d+ ([0-9a-f-]{36})$`);

/** A pace, so that the load leaves the machine to the attack; and a bound, should an attack never end. */
const connections = 2;
const pauseMs = 8;
const mostRequests = 4_000;

export async function deployGood(server: TestServer): Promise<void> {
  await server.deploy("good", source, { env: { SECRET: secret }, limits: { wallMs: 20_000, cpuMs: 500 } });
}

/** Asks the good function once; gives the name of the isolate that answered. */
export async function askGood(server: TestServer, agent?: Agent): Promise<string> {
  const { status, text } = await server.send("/fn/good/", agent ? { agent } : {});
  const isolate = answerText.exec(text)?.[1];
  if (status !== 200 || isolate === undefined) throw new Error(`the good function was answered ${status}: ${text}`);
  return isolate;
}

/** The good function's clients: each asks again as soon as it has been answered, and a pause later. */
export class GoodLoad {
  readonly #server: TestServer;
  readonly #isolates = new Set<string>();
  readonly #failures: unknown[] = [];
  readonly #clients: Promise<void>[];
  #answered = 0;
  #over = false;

  private constructor(server: TestServer) {
    this.#server = server;
    this.#clients = Array.from({ length: connections }, () => this.#ask());
  }

  /** Resolves when the good function has answered. */
  static async start(server: TestServer): Promise<GoodLoad> {
    await askGood(server);
    return new GoodLoad(server);
  }

  /** Checks that every request was answered as it should be; gives the isolates that answered. */
  async stop(): Promise<ReadonlySet<string>> {
    this.#over = true;
    await Promise.all(this.#clients);
    expect(this.#failures, "of the good function's requests").toEqual([]);
    expect(this.#answered).toBeGreaterThan(0);
    return this.#isolates;
  }

  async #ask(): Promise<void> {
    const agent = new Agent({ connections: 1, headersTimeout: 0, bodyTimeout: 0 });
    do {
      try {
        this.#isolates.add(await askGood(this.#server, agent));
        this.#answered++;
      } catch (error) {
        this.#failures.push(error instanceof Error ? error.message : error);
      }
      await pause(pauseMs);
    } while (!this.#over && this.#answered + this.#failures.length < mostRequests);
    await agent.close();
  }
}
