import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, TestServer } from "./server.ts";

/** Takes what its query says of memory, timers and CPU time, after its whole body. */
const greedy = `let kept = [];
  export default { async fetch(request) {
    const { searchParams } = new URL(request.url);
    const most = (name) => Number(searchParams.get(name) ?? 0);
    const body = await request.text();
    kept = [];
    for (let mb = 0; mb < most("mb"); mb++) kept.push(new Array(1 << 17).fill(mb));
    for (let i = 0; i < most("timers"); i++) setTimeout(() => {}, 100);
    let sum = 0;
    for (let i = 0; i < most("rounds") * 1e6; i++) sum = (sum * 31 + i) | 0;
    return new Response("enough " + body + (sum === 1 ? "." : ""));
  } };`;
const limits = { memoryMb: 256, cpuMs: 5_000, timers: 50 };

let server: TestServer;
beforeAll(async () => {
  // What is attacked here is no reason for a quarantine.
  server = await TestServer.start({ FRONTS: 2, POOLS: 1, QUARANTINE_AFTER: 1_000 });
  await server.deploy("greedy", greedy, { tenant: "acme", limits });
  await server.deploy("other", greedy, { limits });
});
afterAll(() => server.stop());

const lay = (max: object): Promise<Answer> =>
  server.control("PUT", "/v1/tenants/acme", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ max }),
  });
const code = ({ code, status }: Answer) => code ?? status;
const ask = async (path: string, name = "greedy") => code(await server.send(`/fn/${name}${path}`));
/** On connections of their own, which the system spreads over both fronts. */
const onAllFronts = async (path: string, body?: string) => {
  const options = { headers: { connection: "close" }, ...(body !== undefined && { method: "POST", body }) };
  const codes = new Set<string | number>();
  for (let i = 0; i < 8; i++) codes.add(code(await server.send(`/fn/greedy${path}`, options)));
  return [...codes];
};
const seen = async () => (await server.control("GET", "/v1/functions/greedy")).json() as Record<string, unknown>;

test("a tenant's maximum holds for what is live as soon as it is laid down, and no longer", async () => {
  expect([await ask("/?mb=60"), await ask("/?rounds=10")]).toEqual([200, 200]);
  expect(await onAllFronts("/?timers=20")).toEqual([200]);
  const before = await seen();

  // One that is in flight meanwhile ends as it began.
  const early = httpRequest(server.to("greedy", "/?timers=20"), {
    method: "POST",
    headers: { expect: "100-continue" },
  });
  early.flushHeaders();
  await once(early, "continue");
  expect((await lay({ memoryMb: 32, timers: 10, requestBodyBytes: 4 })).status).toBe(200);
  early.end("after all");
  const [late] = (await once(early, "response")) as [IncomingMessage];
  expect([late.statusCode, await text(late)]).toEqual([200, "enough after all"]);

  expect(await onAllFronts("/?timers=20")).toEqual(["function_error"]);
  expect(await onAllFronts("/", "longer")).toEqual(["body_too_large"]);
  expect(await onAllFronts("/")).toEqual([200]);
  expect(await ask("/?mb=60")).toBe("function_memory_limit");
  const held = { memoryMb: 32, timers: 10, requestBodyBytes: 4, cpuMs: 5_000 };
  // The isolate is another one, and the version still the same, against which this is held.
  const trust = { breaches: 1, reasons: ["memory"] };
  await server.logs.find({ msg: "isolate ended", reason: "memory_limit" });
  expect(await seen()).toMatchObject({ version: before.version, limits: held, trust });
  expect((await server.control("GET", "/v1/functions/greedy/versions")).json()).toMatchObject({
    versions: [{ id: before.version, limits }],
  });
  expect([await ask("/?mb=60", "other"), await ask("/?timers=20", "other")]).toEqual([200, 200]);

  expect((await lay({ cpuMs: 10 })).status).toBe(200);
  expect([await ask("/?rounds=10"), await ask("/?timers=20")]).toEqual(["function_cpu_limit", 200]);

  expect((await server.control("DELETE", "/v1/tenants/acme")).status).toBe(204);
  expect([await ask("/?mb=60"), await ask("/?rounds=10")]).toEqual([200, 200]);
  expect(await onAllFronts("/?timers=20", "longer")).toEqual([200]);
});
