import { describe, expect, test } from "vitest";
import { parseEgressRule, ruleMatches } from "../../src/core/egress-rules.ts";

const matches = (rule: string, host: string, port: number, ...addresses: string[]) =>
  ruleMatches(parseEgressRule(rule), host, port, addresses);

describe("rules that match", () => {
  test.each([
    ["api.example.com", "api.example.com", 443, []],
    ["API.Example.Com.", "api.example.com", 443, []],
    ["bücher.example", "xn--bcher-kva.example", 443, []],
    ["api.example.com:8443", "api.example.com", 8443, []],
    ["*.example.com", "a.example.com", 443, []],
    ["*.example.com", "a.b.example.com", 443, []],
    ["*", "anything", 1, []],
    ["*:443", "1.2.3.4", 443, ["1.2.3.4"]],
    ["10.0.0.0/8", "db.internal", 5432, ["10.1.2.3"]],
    ["10.1.2.3/8", "10.9.9.9", 80, ["10.9.9.9"]],
    ["10.0.0.0/8", "db.internal", 80, ["::ffff:10.1.2.3"]],
    ["127.0.0.1:3000", "127.0.0.1", 3000, ["127.0.0.1"]],
    ["0.0.0.0/0", "x", 80, ["1.2.3.4"]],
    ["::1", "x", 80, ["::1"]],
    ["[::1]", "x", 80, ["::1"]],
    ["[fd00::/8]:443", "x", 443, ["fd12::1"]],
  ])("%s: %s:%i %j", (rule, host, port, addresses) => expect(matches(rule, host, port, ...addresses)).toBe(true));
});

describe("rules that do not", () => {
  test.each([
    ["api.example.com", "example.com", 443, []],
    ["api.example.com", "xapi.example.com", 443, []],
    ["api.example.com:8443", "api.example.com", 443, []],
    ["*.example.com", "example.com", 443, []],
    ["*.example.com", "badexample.com", 443, []],
    ["*:443", "a", 80, []],
    ["10.0.0.0/8", "a", 80, ["11.0.0.1", "fd00::a00:1"]],
    ["127.0.0.1:3000", "127.0.0.1", 3001, ["127.0.0.1"]],
    ["::/0", "x", 80, ["1.2.3.4"]],
  ])("%s: %s:%i %j", (rule, host, port, addresses) => expect(matches(rule, host, port, ...addresses)).toBe(false));
});

test.each([
  "",
  "https://example.com",
  "example.com/path",
  "ex ample.com",
  "a.*.example.com",
  "*example.com",
  "**",
  "10.0.0.0/33",
  "10.0.0/8",
  "10.0.0.0/8/8",
  "127.1",
  "0x7f.0.0.1",
  "0177.0.0.1",
  "2130706433",
  "fe80::1%eth0",
  "::ffff:10.0.0.0/104",
  "[::1",
  "example.com:0",
  "example.com:65536",
  "example.com:http",
  "user@example.com",
])("%j is no rule", (text) => {
  expect(() => parseEgressRule(text)).toThrow(/"/);
});
