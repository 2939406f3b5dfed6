import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

const facts = Symbol("what is known of the client");

type WithFacts = Socket & { [facts]?: string };

/**
 * What is known of who sent a request, as it goes behind its headers: address, port and version of HTTP. Undefined when the
 * connection is gone. Made once for each connection: each request would pay for it.
 */
export function clientFacts({ socket, httpVersion }: IncomingMessage): string | undefined {
  const known = (socket as WithFacts)[facts];
  if (known !== undefined) return known;
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined) return undefined;
  // Of a socket for both, addresses of IPv4 are within IPv6.
  const address = remoteAddress.replace(/^::ffff:(?=[\d.]+$)/, "");
  const made = `\0${address}\n${remotePort}\n${httpVersion}`;
  (socket as WithFacts)[facts] = made;
  return made;
}
