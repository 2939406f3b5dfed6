import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import type { Case } from "../case.ts";

const origin = { origin: "https://app.example" };
const etag = `"${createHash("sha1").update("tagged").digest("hex")}"`;
const json = (value: unknown) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

const heads: readonly Case[] = [
  {
    to: "hono-headers/cors",
    send: { method: "OPTIONS", headers: origin },
    status: 204,
    headers: {
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": "PUT",
      "access-control-max-age": "60",
      "access-control-allow-credentials": "true",
    },
  },
  { to: "hono-headers/cors", send: { headers: origin }, headers: { vary: "Origin" }, text: "shared" },
  { to: "hono-headers/etag", headers: { etag }, text: "tagged" },
  { to: "hono-headers/etag", send: { headers: { "if-none-match": etag } }, status: 304, headers: { etag }, text: "" },
  // There is no cache: the middleware says so once, and lets it be.
  { to: "hono-headers/cached", text: "whole" },
  {
    to: "hono-headers/compressed",
    send: { headers: { "accept-encoding": "gzip" } },
    headers: { "content-encoding": "gzip", vary: "Accept-Encoding", "content-length": undefined },
    check: (body) => expect(gunzipSync(body).toString()).toBe("again ".repeat(1000)),
  },
  { to: "hono-headers/compressed", headers: { "content-encoding": undefined }, text: "again ".repeat(1000) },
  {
    to: "hono-headers/secure",
    headers: {
      "content-security-policy": /^script-src 'nonce-[\w+/=]{24}'$/,
      "strict-transport-security": "max-age=15552000; includeSubDomains",
      "x-content-type-options": "nosniff",
    },
  },
  {
    to: "hono-headers/timed",
    headers: { "server-timing": /^region;desc="here",db;dur=12.5;desc="Database",work;dur=[\d.]+,total;dur=[\d.]+;/ },
  },
  { to: "hono-headers/id", headers: { "x-request-id": /^[\da-f-]{36}$/ }, text: /^[\da-f-]{36}$/ },
  { to: "hono-headers/id", send: { headers: { "x-request-id": "mine" } }, text: "mine" },
  { to: "hono-headers/pretty?pretty", text: '{\n  "a": [\n    1\n  ]\n}' },
  { to: "hono-headers/pretty", text: '{"a":[1]}' },
  { to: "hono-headers/powered", headers: { "x-powered-by": "Islet" } },
  { to: "hono-headers/language?lang=de", text: "de" },
  { to: "hono-headers/language", send: { headers: { "accept-language": "fr, de;q=0.7, en;q=0.3" } }, text: "de" },
  {
    to: "hono-headers/form",
    send: {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "_method=DELETE",
    },
    text: "deleted",
  },
  { to: "hono-headers/trimmed/a/", status: 301, headers: { location: /\/trimmed\/a$/ } },
  { to: "hono-headers/appended/a", status: 301, headers: { location: /\/appended\/a\/$/ } },
];

const multipart = [
  "--limit",
  'content-disposition: form-data; name="list"',
  "",
  "größer",
  "--limit",
  'content-disposition: form-data; name="file"; filename="a.csv"',
  "content-type: text/csv",
  "",
  "1,2\r\n3,4",
  "--limit--",
  "",
].join("\r\n");

const bodies: readonly Case[] = [
  { to: "hono-bodies/limited", send: { method: "POST", body: "1234567890" }, text: "1234567890" },
  { to: "hono-bodies/limited", send: { method: "POST", body: "12345678901" }, status: 413, text: "too much" },
  { to: "hono-bodies/slow", status: 504, text: "too slow" },
  { to: "hono-bodies/validated", send: json({ name: "Ada" }), json: { hello: "Ada" } },
  { to: "hono-bodies/validated", send: json({}), status: 400, text: "no name" },
  {
    to: "hono-bodies/form",
    send: { method: "POST", headers: { "content-type": "multipart/form-data; boundary=limit" }, body: multipart },
    json: { list: "größer", name: "a.csv", type: "text/csv", text: "1,2\r\n3,4" },
  },
  {
    to: "hono-bodies/accepts",
    send: { headers: { accept: "text/*;q=0.1, application/json" } },
    text: "application/json",
  },
  { to: "hono-bodies/proxied/target", json: { by: "proxy" } },
  { to: "hono-bodies/stored?q=mine", text: "mine" },
  { to: "hono-bodies/none", status: 404, json: { none: "/none" } },
  { to: "hono-bodies/streamed", text: "hi there" },
  { to: "hono-bodies/text", text: "one\ntwo\nthree\n" },
  {
    to: "hono-bodies/events",
    headers: { "content-type": "text/event-stream" },
    text: [0, 1, 2].map((id) => `event: tick\ndata: line ${id}\ndata: next\nid: ${id}\n\n`).join(""),
  },
];

export const middleware = [...heads, ...bodies];
