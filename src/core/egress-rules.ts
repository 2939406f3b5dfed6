import { isIPv4, isIPv6 } from "node:net";
import { type IpAddress, parseAddress } from "./ip-address.ts";

type Network = [IpAddress, number];

/** One entry of an allow or deny list. */
export type EgressRule =
  | { readonly kind: "address"; readonly network: Network; readonly port: number | null }
  | {
      readonly kind: "host";
      /** "api.example.com", ".example.com" for what ends so, "" for every host. */
      readonly name: string;
      readonly port: number | null;
    };

/**
 * Reads "10.0.0.0/8", "192.0.2.7:443", "[fd00::/8]:443", "api.example.com", "*.example.com:8080" or "*".
 * @throws Error that says what is wrong.
 */
export function parseEgressRule(text: string): EgressRule {
  const { name, port } = split(text.trim().toLowerCase());
  if (port !== null && (port < 1 || port > 65_535)) throw new Error(`${quoted(text)} has no valid port`);
  if (name.includes(":") || /^[\d./]+$/.test(name)) return { kind: "address", network: networkOf(name, text), port };
  if (name === "*") return { kind: "host", name: "", port };
  const suffix = name.startsWith("*.");
  const host = hostOf(suffix ? name.slice(2) : name, text);
  return { kind: "host", name: suffix ? `.${host}` : host, port };
}

/** @param host as in a URL, without brackets and final dot. @param addresses that it leads to. */
export function ruleMatches(rule: EgressRule, host: string, port: number, addresses: readonly string[]): boolean {
  if (rule.port !== null && rule.port !== port) return false;
  if (rule.kind === "host") {
    return rule.name === "" || rule.name.startsWith(".") ? host.endsWith(rule.name) : host === rule.name;
  }
  return addresses.some((text) => {
    const address = parseAddress(text);
    return address !== null && address.kind() === rule.network[0].kind() && address.match(rule.network);
  });
}

/** Brackets are needed where an IPv6 address has a port. */
function split(text: string): { name: string; port: number | null } {
  const [, bracketed, bracketedPort] = /^\[([^\]]*)\](?::(\d+))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { name: bracketed, port: bracketedPort ? Number(bracketedPort) : null };
  const [, name, port] = /^([^:]*):(\d+)$/.exec(text) ?? [];
  return name === undefined ? { name: text, port: null } : { name, port: Number(port) };
}

function networkOf(name: string, text: string): Network {
  const slash = name.indexOf("/");
  const address = slash < 0 ? name : name.slice(0, slash);
  // Other notations of IPv4 ("127.1", "0177.0.0.1") are read differently by different programs.
  const valid = address.includes(":") ? isIPv6(address) && !address.includes("%") : isIPv4(address);
  if (!valid) throw new Error(`${quoted(text)} is no IP address or CIDR block`);
  const parsed = parseAddress(address);
  if (!parsed || (parsed.kind() === "ipv4" && address.includes(":"))) {
    throw new Error(`${quoted(text)} must be written as an IPv4 address`);
  }
  const most = parsed.kind() === "ipv4" ? 32 : 128;
  const length = slash < 0 ? String(most) : name.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > most) throw new Error(`${quoted(text)} is no CIDR block`);
  return [parsed, Number(length)];
}

/** As a URL has it, so that names with other letters than ASCII are compared in the same form. */
function hostOf(name: string, text: string): string {
  const hostname = /[/?#@\\%*\s]/.test(name) ? undefined : URL.parse(`http://${name}/`)?.hostname;
  // What a URL reads as an address ("0x7f.1") is to be written as one.
  if (!hostname || isIPv4(hostname)) {
    throw new Error(`${quoted(text)} is neither host, *.host, IP address nor CIDR block, each with or without :port`);
  }
  return hostname.replace(/\.$/, "");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
