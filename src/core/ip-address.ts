import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * An address as the system reads it; null for what it does not read as one. IPv4-mapped IPv6 becomes
 * the IPv4 address that it connects to.
 *
 * Not by ipaddr.js alone: it takes "1.2.3" for an address, and ::1.2.3.4 for ::ffff:1.2.3.4.
 */
export function parseAddress(text: string): IpAddress | null {
  if (isIPv4(text)) return ipaddr.IPv4.parse(text);
  if (!isIPv6(text)) return null;
  // A zone says which link, and only link-local addresses have one. A URL's form is all hexadecimal.
  const [address = ""] = text.split("%", 1);
  return ipaddr.process(new URL(`http://[${address}]/`).hostname.slice(1, -1));
}
