import { AzureProtocol } from "./azure/protocol.ts";
import { HttpProtocol } from "./http.ts";
import { LambdaProtocol } from "./lambda/protocol.ts";
import type { Protocol, ProtocolParts } from "./protocol.ts";

/** A protocol is a file beside this one, and a line here. */
const protocols: Readonly<Record<string, (parts: ProtocolParts) => Protocol>> = {
  http: (parts) => new HttpProtocol(parts),
  lambda: (parts) => new LambdaProtocol(parts),
  azure: (parts) => new AzureProtocol(parts),
};

export function protocolFor(parts: ProtocolParts): Protocol {
  const make = protocols[parts.description.protocol];
  if (!make) throw new Error(`the protocol ${parts.description.protocol} is unknown`);
  return make(parts);
}
