import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request as connectAndRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import { Agent, request } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { type RunningSupervisor, runSupervisor } from "../../src/processes/supervisor.ts";
import { LogLines } from "../e2e/log-lines.ts";
import { MetricsPage } from "../e2e/metrics-page.ts";
import { until } from "../e2e/until.ts";

let dataDir: string;
let server: RunningSupervisor;
let logs: LogLines;
const agent = new Agent({ connections: 16 });

const functions = {
  // Computes for a while in a pool process, and does next to nothing to a front.
  computes: "let sum = 0; for (let i = 0; i < 3_000_000; i++) sum += i % 7; return new Response(sum)",
  // Is in flight at any moment, and its answer goes on for as long again.
  lasts: `const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    await wait(100);
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const text = await request.text();
    void (async () => { await writer.write(new TextEncoder().encode(text)); await wait(100); await writer.close(); })();
    return new Response(readable);`,
};

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "islet-test-"));
  // The most that runs on main threads: a loaded machine is to end nothing here.
  const limits = { "limits.default.cpuMs": "100", "limits.max.cpuMs": "100" };
  const flags = {
    dataDir,
    host: "127.0.0.1",
    port: "0",
    controlPort: "0",
    logLevel: "silent",
    drainMs: "6000",
    ...limits,
  };
  const config = loadConfig({ flags, env: {}, cwd: dataDir, cores: 4 });
  const output = new PassThrough();
  logs = new LogLines(output);
  server = await runSupervisor(config, {
    logger: pino({ level: "info" }, output),
    // Two cores have room neither for four busy processes nor for minutes.
    loadTuning: { everyMs: 200, looks: 3, saturated: 0.1, apartMs: 400, backMs: 400 },
  });
  for (const [name, body] of Object.entries(functions)) {
    const headers = { authorization: `Bearer ${server.token}`, "content-type": "text/javascript" };
    const source = `export default { async fetch(request) { ${body} } }`;
    const answer = await fetch(`${server.controlUrl}/v1/functions/${name}`, { method: "PUT", headers, body: source });
    expect(answer.status).toBe(201);
  }
});

afterAll(async () => {
  await agent.destroy();
  await server.stop();
  rmSync(dataDir, { recursive: true });
});

/** Sends one request after the other until it is told to stop; gives how many there were. */
function keepsSending(send: () => Promise<unknown>): { stop(): Promise<number> } {
  let stopped = false;
  const sent = (async () => {
    let count = 0;
    for (; !stopped; count++) await send();
    return count;
  })();
  sent.catch((error: unknown) => failures.push(error));
  return {
    stop() {
      stopped = true;
      return sent;
    },
  };
}

/** The load has to be brought about, and processes have to start: on a machine that is busy with others that takes a while. */
const longMs = 120_000;
const failures: unknown[] = [];

/** Waits no longer once a request has failed. */
async function untilUp(wanted: string, isOver: () => boolean): Promise<void> {
  await until(async () => failures.length > 0 || ((await summary()) === wanted && isOver()));
  expect(failures).toEqual([]);
}

async function send(path: string, expected: { status: number; text?: string }, body?: string): Promise<void> {
  const url = `${server.url}${path}`;
  const { statusCode, body: answer } = await request(url, {
    dispatcher: agent,
    method: body ? "POST" : "GET",
    body: body ?? null,
  });
  const text = await answer.text();
  expect({ status: statusCode, text }).toEqual({ status: expected.status, text: expected.text ?? expect.any(String) });
}

/** The same over a connection of its own. */
async function connectAndSend(path: string): Promise<void> {
  const outgoing = connectAndRequest(`${server.url}${path}`, { agent: false }).end();
  const [answer] = await once(outgoing, "response");
  answer.resume();
  await once(answer, "end");
  expect(answer.statusCode).toBe(200);
}

async function summary(): Promise<string> {
  return ((await (await fetch(`${server.controlUrl}/readyz`)).json()) as { summary: string }).summary;
}

test(
  "fronts become pool processes and pool processes fronts, as the load wants it, and no request fails",
  async () => {
    expect(await summary()).toBe("2 of 2 fronts and 2 of 2 pools are up.");
    const steady = [
      ...Array.from({ length: 8 }, (_, i) =>
        keepsSending(() => send("/fn/lasts/", { status: 200, text: `post ${i}` }, `post ${i}`)),
      ),
      keepsSending(() => connectAndSend("/fn/lasts/")),
    ];

    const computing = [1, 2, 3].map(() => keepsSending(() => send("/fn/computes/", { status: 200, text: "8999994" })));
    // The one that is less has ended what it had, too.
    await untilUp("1 of 1 fronts and 3 of 3 pools are up.", () => server.pids().fronts.length === 1);
    await Promise.all(computing.map((load) => load.stop()));

    // What no function has, fronts answer by themselves.
    const answering = [1, 2, 3, 4].map(() => keepsSending(() => send("/nothing/", { status: 404 })));
    await untilUp("2 of 2 fronts and 2 of 2 pools are up.", () => server.pids().pools.length === 2);
    await Promise.all(answering.map((load) => load.stop()));
    for (const count of await Promise.all(steady.map((load) => load.stop()))) expect(count).toBeGreaterThan(0);

    const page = new MetricsPage(await (await fetch(`${server.controlUrl}/metrics`)).text());
    for (const kind of ["front", "pool"]) {
      expect(page.sum("islet_process_shifts_total", { to: kind })).toBeGreaterThanOrEqual(1);
      expect(page.sum("islet_child_deaths_total", { kind })).toBe(
        page.sum("islet_child_deaths_total", { kind, reason: "retired" }),
      );
    }
    const why = { count: 1, frontLoad: expect.any(Number), poolLoad: expect.any(Number), gain: expect.any(Number) };
    expect(await logs.find({ from: "front", to: "pool" })).toMatchObject({ fronts: 2, pools: 2, ...why });
    expect(await logs.find({ from: "pool", to: "front" })).toMatchObject({ fronts: 1, pools: 3, ...why });
  },
  longMs,
);
