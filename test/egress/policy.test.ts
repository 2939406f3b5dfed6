import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { parseEgressRule } from "../../src/core/egress-rules.ts";
import { OwnAddresses } from "../../src/core/own-addresses.ts";
import { EgressPolicy } from "../../src/egress/policy.ts";

const controlPort = 8788;
const functionPort = 8787;

interface Lists {
  readonly operatorAllow?: string[];
  readonly operatorDeny?: string[];
  readonly allow?: string[];
  readonly deny?: string[];
}

function policy({ operatorAllow = [], operatorDeny = [], allow, deny = [] }: Lists = {}): EgressPolicy {
  const rules = (texts: string[]) => texts.map(parseEgressRule);
  const card = { address: "93.184.215.14" } as NetworkInterfaceInfo;
  const own = new OwnAddresses(controlPort, () => ({ eth0: [card] }));
  own.functionPort = functionPort;
  return new EgressPolicy(
    { allow: rules(operatorAllow), deny: rules(operatorDeny) },
    { allow: allow ? rules(allow) : null, deny: rules(deny) },
    own,
  );
}

const reason = (lists: Lists, host: string, port: number, address: string) =>
  policy(lists).refusal(host, port, address)?.reason ?? "permitted";

describe("without lists", () => {
  test.each([
    ["example.com", 443, "1.2.3.4", "permitted"],
    ["example.com", 8080, "2606:4700::1", "permitted"],
    ["example.com", 443, "10.0.0.1", "not_public"],
    ["::1", 80, "::1", "not_public"],
    ["example.com", 25, "1.2.3.4", "port"],
    ["example.com", 465, "1.2.3.4", "port"],
    ["example.com", 587, "1.2.3.4", "port"],
    ["example.com", 6667, "1.2.3.4", "port"],
    ["example.com", functionPort, "127.0.0.1", "own_port"],
    ["example.com", controlPort, "127.9.9.9", "own_port"],
    ["example.com", controlPort, "::ffff:127.0.0.1", "own_port"],
    ["example.com", controlPort, "0.0.0.0", "own_port"],
    ["example.com", controlPort, "93.184.215.14", "own_port"],
    ["example.com", 443, "93.184.215.14", "permitted"],
    ["example.com", controlPort, "1.2.3.4", "permitted"],
    ["example.com", 443, "no address", "not_public"],
  ])("%s:%i at %s: %s", (host, port, address, expected) => expect(reason({}, host, port, address)).toBe(expected));
});

describe("with lists", () => {
  const inside = { operatorAllow: ["10.0.0.0/8", "127.0.0.0/8", "metadata.internal"] };
  test.each<[string, Lists, string, number, string, string]>([
    ["the operator opens a range", inside, "a", 80, "10.1.1.1", "permitted"],
    ["and no other", inside, "a", 80, "192.168.1.1", "not_public"],
    ["the operator opens a host", inside, "metadata.internal", 80, "169.254.169.254", "permitted"],
    ["and no other that leads there", inside, "evil.example", 80, "169.254.169.254", "not_public"],
    ["own ports stay closed", { operatorAllow: ["*"] }, "a", controlPort, "127.0.0.1", "own_port"],
    ["mail stays closed", { operatorAllow: ["*:25"] }, "a", 25, "10.0.0.1", "port"],
    ["a function cannot open", { allow: ["10.0.0.0/8"] }, "a", 80, "10.0.0.1", "not_public"],
    [
      "a function opens what the operator does",
      { ...inside, allow: ["10.0.0.0/16"] },
      "a",
      80,
      "10.0.0.1",
      "permitted",
    ],
    ["and closes the rest", { ...inside, allow: ["10.0.0.0/16"] }, "a", 80, "10.1.0.1", "not_listed"],
    ["a host that is listed", { allow: ["*.example.com:443"] }, "a.example.com", 443, "1.2.3.4", "permitted"],
    ["at another port", { allow: ["*.example.com:443"] }, "a.example.com", 80, "1.2.3.4", "not_listed"],
    ["with a final dot", { allow: ["a.example.com"] }, "a.example.com.", 443, "1.2.3.4", "permitted"],
    ["that leads inside", { allow: ["a.example.com"] }, "a.example.com", 443, "127.0.0.1", "not_public"],
    ["an empty list", { allow: [] }, "a.example.com", 443, "1.2.3.4", "not_listed"],
    ["deny wins", { allow: ["*"], deny: ["1.2.3.0/24"] }, "a", 443, "1.2.3.4", "denied"],
    ["deny by name", { deny: ["*.example.com"] }, "a.example.com.", 443, "1.2.3.4", "denied"],
    ["the operator's deny wins", { allow: ["a"], operatorDeny: ["a"] }, "a", 443, "1.2.3.4", "denied"],
    ["deny wins over the operator", { ...inside, deny: ["10.0.0.0/8"] }, "a", 80, "10.0.0.1", "denied"],
    ["deny counts for NAT64", { deny: ["1.2.3.4"] }, "a", 443, "64:ff9b::1.2.3.4", "denied"],
  ])("%s", (_, lists, host, port, address, expected) => expect(reason(lists, host, port, address)).toBe(expected));

  test.each<[Lists, string, string]>([
    [{}, "a.example.com", "permitted"],
    [{ allow: ["b.example.com"] }, "a.example.com", "not_listed"],
    [{ allow: ["b.example.com", "1.2.3.4"] }, "a.example.com", "permitted"],
    [{ deny: ["*.example.com", "1.2.3.4"] }, "a.example.com", "denied"],
  ])("before a name is looked up: %j, %s: %s", (lists, host, expected) => {
    expect(policy(lists).refusalOfHost(host, 443)?.reason ?? "permitted").toBe(expected);
  });

  test.each<[Lists, string, string]>([
    [{}, "other.localhost", "permitted"],
    [{ allow: ["api.example.com"] }, "other.localhost", "not_listed"],
    [{ allow: ["*.localhost"] }, "other.localhost", "permitted"],
    [{ allow: ["127.0.0.1"] }, "127.0.0.1", "permitted"],
    [{ deny: ["*.localhost"] }, "other.localhost", "denied"],
    [{ operatorDeny: ["*.localhost"] }, "other.localhost", "denied"],
  ])("functions of the server: %j, %s: %s", (lists, host, expected) => {
    expect(policy(lists).refusalOfLocal(host, 80)?.reason ?? "permitted").toBe(expected);
  });
});

test("messages show no address that a name led to", () => {
  for (const [port, address] of [
    [443, "10.11.12.13"],
    [controlPort, "127.0.0.1"],
    [25, "1.2.3.4"],
  ] as const) {
    expect(policy().refusal("a.example.com", port, address)?.message).not.toContain(address);
  }
});
