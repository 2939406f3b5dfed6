import ipaddr from "ipaddr.js";
import { type IpAddress, parseAddress } from "../core/ip-address.ts";

const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
/** Where networks without IPv4 keep it (RFC 6052): the last 32 bits are the address that is reached. */
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/**
 * What kind of address this is: "public", or the name of the special range it is in. What cannot be
 * read is "unknown". Whatever is not known to be public is not: ranges are given out, not taken back.
 */
export function addressRange(text: string): string {
  const address = parseAddress(text);
  if (!address) return "unknown";
  return rangeOf(embedded(address) ?? address);
}

/** The address, and the IPv4 address that it stands for if it is NAT64's: rules may be about either. */
export function addressForms(text: string): string[] {
  const address = parseAddress(text);
  if (!address) return [];
  const inside = embedded(address);
  return inside ? [address.toString(), inside.toString()] : [address.toString()];
}

function embedded(address: IpAddress): ipaddr.IPv4 | null {
  if (address instanceof ipaddr.IPv4 || !address.match(nat64)) return null;
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

function rangeOf(address: IpAddress): string {
  const range = address.range();
  if (range !== "unicast") return range;
  // ::1.2.3.4 (IPv4-compatible) and all that nobody has been given.
  if (address instanceof ipaddr.IPv6 && !address.match(globalUnicast)) return "unassigned";
  return "public";
}
