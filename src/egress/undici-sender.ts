import { LRUCache } from "lru-cache";
import { type Agent, request as undiciRequest } from "undici";
import type { DirectRequest, DirectResponse } from "../core/egress.ts";
import { guardedAgent, type Lookup } from "./guarded-agent.ts";
import { type EgressPolicy, EgressRefused } from "./policy.ts";

/** Policies that have connections at the same time; the least used gives its up. */
const mostAgents = 500;

/** Sends one request over a connection that its policy permits. */
export class UndiciSender {
  readonly #lookup: Lookup;
  readonly #agents = new LRUCache<EgressPolicy, Agent>({
    max: mostAgents,
    dispose: (agent) => {
      // Once what it has in flight is over. There is nobody whom a failure to close would concern.
      agent.close(() => undefined);
    },
  });

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** @throws Error whose message may be shown to the function; EgressRefused. */
  async send(policy: EgressPolicy, request: DirectRequest): Promise<DirectResponse> {
    const { url, method, headers, body, signal } = request;
    try {
      const answer = await undiciRequest(url, {
        method: method as "GET",
        headers,
        body,
        signal,
        dispatcher: this.#agent(policy),
      });
      // A body that breaks off or is given up while nobody reads it must not end the process.
      answer.body.on("error", () => undefined);
      return {
        status: answer.statusCode,
        // undici decodes it as UTF-8; all other text of a head is bytes.
        statusText: Buffer.from(answer.statusText).toString("latin1"),
        headers: Object.entries(answer.headers).flatMap(([name, value]) =>
          (Array.isArray(value) ? value : [value ?? ""]).flatMap((one) => [name, one]),
        ),
        body: answer.body,
      };
    } catch (error) {
      throw withoutAddresses(error, url);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #agent(policy: EgressPolicy): Agent {
    let agent = this.#agents.get(policy);
    if (!agent) {
      agent = guardedAgent(policy, this.#lookup);
      this.#agents.set(policy, agent);
    }
    return agent;
  }
}

/** Failures to connect name the addresses that were tried, which are nothing for the function to know. */
export function withoutAddresses(error: unknown, { host }: URL): unknown {
  if (!(error instanceof Error) || error instanceof EgressRefused) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === "UND_ERR_CONNECT_TIMEOUT") return new Error(`connect ETIMEDOUT ${host}`);
  // Several addresses failed: an AggregateError, which has no call.
  if (syscall === "connect" || error instanceof AggregateError) return new Error(`connect ${code ?? "failed"} ${host}`);
  return error;
}
