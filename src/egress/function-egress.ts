import type { Socket } from "node:net";
import type {
  Caller,
  DirectRequest,
  DirectResponse,
  Egress,
  IncomingResponse,
  LocalFunctions,
  OutgoingRequest,
} from "../core/egress.ts";
import { hopsHeader, hopsOf } from "../core/hops.ts";
import type { OwnAddresses } from "../core/own-addresses.ts";
import { dnsLookup, type Lookup } from "./guarded-agent.ts";
import { guardedConnect } from "./guarded-connect.ts";
import { Policies } from "./policies.ts";
import { EgressRefused } from "./policy.ts";
import { redirectStatuses, redirectTo } from "./redirect.ts";
import { UndiciSender, withoutAddresses } from "./undici-sender.ts";

/** As the Fetch Standard has it. */
const maxRedirections = 20;
/** Fields about the connection between the function and us, which undici sets for its own. */
const ours = new Set([
  "host",
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "content-length",
  "upgrade",
  "expect",
  "te",
  "trailer",
  hopsHeader,
]);

export interface FunctionEgressParts {
  /** Lists of rules, checked already. */
  readonly operator: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly own: OwnAddresses;
  readonly local?: LocalFunctions;
  readonly lookup?: Lookup;
  readonly onRefused?: (caller: Caller, url: URL, refusal: EgressRefused) => void;
}

/** A function's requests: to functions of this server by a short cut, elsewhere as its policy permits. */
export class FunctionEgress implements Egress {
  readonly #local: LocalFunctions | undefined;
  readonly #onRefused: FunctionEgressParts["onRefused"];
  readonly #policies: Policies;
  readonly #sender: UndiciSender;
  readonly #lookup: Lookup;

  constructor({ operator, own, local, lookup = dnsLookup, onRefused }: FunctionEgressParts) {
    this.#local = local;
    this.#onRefused = onRefused;
    this.#policies = new Policies(operator, own);
    this.#lookup = lookup;
    this.#sender = new UndiciSender(lookup);
  }

  async fetch({ url, redirect, ...request }: OutgoingRequest): Promise<IncomingResponse> {
    const hops = String(hopsOf(request.caller.headers) + 1);
    const headers = withDefaults(withoutOurs(request.headers));
    headers.push(hopsHeader, hops);
    let next: DirectRequest = { ...request, headers, url: new URL(url) };
    for (let redirections = 0; ; redirections++) {
      const answer = await this.#send(next);
      const location = redirectStatuses.has(answer.status) ? locationOf(answer) : undefined;
      if (location === undefined || redirect === "manual") {
        return { ...answer, url: next.url.href, redirected: redirections > 0 };
      }
      answer.body.destroy();
      if (redirect === "error") throw new Error(`${url} answered with a redirect, and redirect is "error"`);
      if (redirections === maxRedirections) throw new Error(`more than ${maxRedirections} redirects`);
      next = redirectTo(location, answer.status, next);
    }
  }

  /**
   * A connection that the caller's policy permits, for what it does not let us see.
   * @throws Error whose message may be shown to the function; EgressRefused.
   */
  async connect(caller: Caller, host: string, port: number): Promise<Socket> {
    try {
      return await guardedConnect(this.#policies.of(caller.fn), host, port, this.#lookup);
    } catch (error) {
      const at = new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`);
      if (error instanceof EgressRefused) this.#onRefused?.(caller, at, error);
      throw withoutAddresses(error, at);
    }
  }

  async close(): Promise<void> {
    await this.#sender.close();
  }

  async #send(request: DirectRequest): Promise<DirectResponse> {
    const { url, caller } = request;
    if (url.protocol !== "http:" && url.protocol !== "https:") throw new Error(`fetch cannot use ${url.protocol} URLs`);
    const policy = this.#policies.of(caller.fn);
    const local = this.#local?.find(url, caller.fn);
    try {
      if (!local) return await this.#sender.send(policy, request);
      const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
      const refusal = policy.refusalOfLocal(url.hostname.replace(/^\[|\]$/g, ""), port);
      if (refusal) throw refusal;
      return await local.call(request);
    } catch (error) {
      if (error instanceof EgressRefused) this.#onRefused?.(caller, url, error);
      throw error;
    }
  }
}

function locationOf({ headers }: DirectResponse): string | undefined {
  return headers[headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === "location") + 1 || -1];
}

/** What the Fetch Standard says of a request that does not say it of itself. */
function withDefaults(headers: string[]): string[] {
  let missing = 0b111;
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    if (name === "accept") missing &= ~0b001;
    else if (name === "accept-language") missing &= ~0b010;
    else if (name === "user-agent") missing &= ~0b100;
  }
  if (missing & 0b001) headers.push("accept", "*/*");
  if (missing & 0b010) headers.push("accept-language", "*");
  if (missing & 0b100) headers.push("user-agent", "Islet");
  return headers;
}

function withoutOurs(headers: string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    if (!ours.has(name.toLowerCase())) kept.push(name, headers[i + 1] as string);
  }
  return kept;
}
