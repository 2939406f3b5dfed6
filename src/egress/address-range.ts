import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const globalUnicast = ipaddr.parseCIDR("2000::/3");
/** Where networks without IPv4 keep it (RFC 6052): the last 32 bits are the address that is reached. */
const nat64 = ipaddr.parseCIDR("64:ff9b::/96");

/**
 * What kind of address this is: "public", or the name of the special range it is in. What cannot be
 * read is "unknown". Whatever is not known to be public is not: ranges are given out, not taken back.
 */
export function addressRange(text: string): string {
  if (!ipaddr.isValid(text)) return "unknown";
  const addresses = addressForms(text).map((form) => ipaddr.parse(form));
  return addresses.map(rangeOf).find((range) => range !== "public") ?? "public";
}

/** The address, or the IPv4 address that it stands for; both of NAT64, where rules may be about either. */
export function addressForms(text: string): string[] {
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv6 && address.match(nat64 as [ipaddr.IPv6, number])) {
    return [address.toString(), new ipaddr.IPv4(address.toByteArray().slice(12)).toString()];
  }
  return [address.toString()];
}

function rangeOf(address: Address): string {
  if (address instanceof ipaddr.IPv6) {
    if (address.match(nat64 as [ipaddr.IPv6, number])) return "public";
    const range = address.range();
    if (range !== "unicast") return range;
    // ::1.2.3.4 (IPv4-compatible) and all that nobody has been given.
    return address.match(globalUnicast as [ipaddr.IPv6, number]) ? "public" : "unassigned";
  }
  const range = address.range();
  return range === "unicast" ? "public" : range;
}
