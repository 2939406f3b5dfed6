import { connect, isIP, type Socket } from "node:net";
import { guardedLookup, type Lookup } from "./guarded-agent.ts";
import type { EgressPolicy } from "./policy.ts";

const connectTimeoutMs = 10_000;

/**
 * A connection that a policy permits, to the very address that was looked at.
 * @throws EgressRefused; Error whose message holds no address that the function did not have.
 */
export function guardedConnect(policy: EgressPolicy, host: string, port: number, lookup: Lookup): Promise<Socket> {
  // For an address no name is looked up.
  const refusal = isIP(host) === 0 ? policy.refusalOfHost(host, port) : policy.refusal(host, port, host);
  if (refusal) return Promise.reject(refusal);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup: guardedLookup(policy, host, port, lookup), allowHalfOpen: true });
    const timer = setTimeout(() => socket.destroy(new Error(`connect ETIMEDOUT ${host}:${port}`)), connectTimeoutMs);
    socket.once("close", () => clearTimeout(timer));
    socket.once("error", reject);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve(socket);
    });
  });
}
