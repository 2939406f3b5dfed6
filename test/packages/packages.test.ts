import { readdir } from "node:fs/promises";
import { parse } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestServer } from "../e2e/server.ts";
import { bundleFunctions } from "./bundle.ts";
import type { Case } from "./case.ts";
import { authentication } from "./cases/authentication.ts";
import { data } from "./cases/data.ts";
import { files } from "./cases/files.ts";
import { middleware } from "./cases/middleware.ts";
import { rendering } from "./cases/rendering.ts";
import { routers } from "./cases/routers.ts";
import { streaming } from "./cases/streaming.ts";

/* Packages as npm has them, bundled and deployed as their users would, and asked over HTTP. */

const groups = { authentication, middleware, routers, streaming, rendering, data, files };
const cases: readonly Case[] = Object.values(groups).flat();
const limits = { cpuMs: 2_000, startupMs: 5_000 };

let server: TestServer;
let functions: readonly string[];

beforeAll(async () => {
  const names = await readdir(new URL("functions", import.meta.url));
  functions = names.filter((name) => /\.jsx?$/.test(name));
  const starting = TestServer.start({ EGRESS_ALLOW: "127.0.0.1", UPLOAD_BYTES: 20_000_000 });
  const bundles = await bundleFunctions(functions);
  server = await starting;
  await Promise.all(
    [...bundles].map(([name, source]) => server.deploy(name, source, { limits, env: { GREETING: "hello" } })),
  );
});
afterAll(() => server.stop());

describe.each(Object.entries(groups))("%s", (_, group) => {
  test.each(group)("$to", async ({ to, send, status = 200, headers = {}, text, json, check }) => {
    const slash = to.indexOf("/");
    const answer = await server.send(to.slice(slash), { ...send, host: `${to.slice(0, slash)}.localhost` });
    expect(answer.status, answer.text).toBe(status);
    for (const [field, value] of Object.entries(headers)) {
      if (value instanceof RegExp) expect(String(answer.headers[field]), field).toMatch(value);
      else expect(answer.headers[field], field).toBe(value);
    }
    if (typeof text === "string") expect(answer.text).toBe(text);
    if (text instanceof RegExp) expect(answer.text).toMatch(text);
    if (json !== undefined) expect(answer.json()).toEqual(json);
    await check?.(answer.bytes);
  });
});

test("each function has its cases", () => {
  const asked = new Set(cases.map(({ to }) => to.slice(0, to.indexOf("/"))));
  expect([...asked].sort()).toEqual(functions.map((name) => parse(name).name).sort());
});
