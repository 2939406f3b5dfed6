import { setTimeout as pause } from "node:timers/promises";
import { Agent } from "undici";
import { expect } from "vitest";
import type { TestServer } from "../e2e/server.ts";

export const secret = "the-good-functions-secret";

const source = `let n = 0; export default { fetch: (_, env) => new Response(env.SECRET.length + " good " + ++n) };`;

const answerText = new RegExp(`^${secret.length} good \\d+$`);

/** A pace, so that the load leaves the machine to the attack; and a bound, should an attack never end. */
const connections = 2;
const pauseMs = 8;
const mostRequests = 4_000;

export async function deployGood(server: TestServer): Promise<void> {
  await server.deploy("good", source, { env: { SECRET: secret }, limits: { wallMs: 20_000, cpuMs: 500 } });
}

/** Asks the good function once. */
export async function askGood(server: TestServer, agent?: Agent): Promise<void> {
  const { status, text } = await server.send("/fn/good/", agent ? { agent } : {});
  if (status !== 200 || !answerText.test(text)) throw new Error(`the good function was answered ${status}: ${text}`);
}

/** The good function's clients: each asks again as soon as it has been answered, and a pause later. */
export class GoodLoad {
  readonly #server: TestServer;
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

  /** Checks that every request was answered as it should be, those that `excused` says must not be aside. */
  async stop(excused: (error: unknown) => boolean): Promise<void> {
    this.#over = true;
    await Promise.all(this.#clients);
    const failures = this.#failures.filter((error) => !excused(error)).map(textOf);
    expect(failures, "of the good function's requests").toEqual([]);
    // What ends a front from its first request on may leave no time for another's.
    expect(this.#answered + this.#failures.length).toBeGreaterThan(0);
  }

  async #ask(): Promise<void> {
    const agent = new Agent({ connections: 1, headersTimeout: 0, bodyTimeout: 0 });
    do {
      try {
        await askGood(this.#server, agent);
        this.#answered++;
      } catch (error) {
        this.#failures.push(error);
      }
      await pause(pauseMs);
    } while (!this.#over && this.#answered + this.#failures.length < mostRequests);
    await agent.close();
  }
}

function textOf(error: unknown): unknown {
  return error instanceof Error ? error.message : error;
}
