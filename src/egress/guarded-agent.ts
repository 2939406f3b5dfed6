import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, Pool } from "undici";
import type { EgressPolicy } from "./policy.ts";

const connectTimeoutMs = 10_000;

/** Finds the addresses of a name, as `dns.lookup` with `all`. */
export type Lookup = (
  name: string,
  done: (error: Error | null, addresses: readonly { readonly address: string; readonly family: number }[]) => void,
) => void;

export const dnsLookup: Lookup = (name, done) => systemLookup(name, { all: true }, done);

/**
 * Connections that one policy permits. What a name led to is looked at here and connected to as it is,
 * so a name that leads elsewhere a moment later makes no difference. A connection is used again by
 * requests of the same policy to the same origin only, for which its address has been looked at.
 */
export function guardedAgent(policy: EgressPolicy, lookup: Lookup): Agent {
  return new Agent({
    bodyTimeout: 0,
    headersTimeout: 0,
    factory: (origin, options) => new Pool(origin, { ...options, connect: connector(policy, new URL(origin), lookup) }),
  });
}

function connector(policy: EgressPolicy, { hostname, port, protocol }: URL, lookup: Lookup): buildConnector.connector {
  const host = withoutBrackets(hostname);
  const portNumber = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    lookup: guardedLookup(policy, host, portNumber, lookup),
  });
  return (options, callback) => {
    // For an address no name is looked up.
    const isAddress = isIP(host) !== 0;
    const refusal = isAddress ? policy.refusal(host, portNumber, host) : policy.refusalOfHost(host, portNumber);
    if (refusal) callback(refusal, null);
    else connect(options, callback);
  };
}

/** The addresses of a name that may be connected to; when there are none, why not the first. */
export function guardedLookup(policy: EgressPolicy, host: string, port: number, lookup: Lookup): LookupFunction {
  return (name, options, done) =>
    lookup(name, (error, addresses) => {
      if (error) return done(error, "");
      const looked = addresses.map((entry) => ({ entry, refusal: policy.refusal(host, port, entry.address) }));
      const permitted = looked.filter(({ refusal }) => refusal === null).map(({ entry }) => entry);
      const [first] = permitted;
      if (!first) return done(looked[0]?.refusal ?? new Error(`${name} has no address`), "");
      if (options.all) done(null, permitted);
      else done(null, first.address, first.family);
    });
}

function withoutBrackets(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}
