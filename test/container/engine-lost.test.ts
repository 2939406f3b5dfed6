import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Engine } from "../../src/container/engine.ts";
import { TestServer } from "../e2e/server.ts";
import { OwnEngine } from "./own-engine.ts";
import { engineForTests } from "./test-engine.ts";

/** An engine starts and ends several times. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const able = (await engineForTests()) !== null && process.getuid?.() === 0;
const container = { tier: "container" };
const source = `
  import { hostname } from "node:os";
  export default { fetch: () => new Response(hostname()) };`;

describe.skipIf(!able)("an engine that goes away", () => {
  let own: OwnEngine;
  let server: TestServer;

  beforeAll(async () => {
    own = await OwnEngine.start();
    server = await TestServer.start({ POOLS: 1, DOCKER_HOST: own.dockerHost, CONTAINER_SANDBOX: "off" });
    await server.deploy("kept", source, container);
    await server.deploy("cold", `${source} // cold`, container);
  });
  afterAll(async () => {
    await server?.stop();
    await own?.remove();
  });

  const ask = (name = "kept") => server.send(`/fn/${name}/`);

  test("containers that run go on without it, others are refused with its code, and all heals by itself", async () => {
    const before = await ask();
    expect(before.status).toBe(200);
    await own.down("SIGKILL");
    // It is the same container that answers.
    expect((await ask()).text).toBe(before.text);
    expect(await ask("cold")).toMatchObject({ status: 503, code: "containers_unavailable" });
    await own.up();
    const answers = async () => [(await ask()).status, (await ask("cold")).status];
    await expect.poll(answers, { timeout: 40_000, interval: 200 }).toEqual([200, 200]);
  });

  test("requests wait for an engine that is being restarted and takes its containers along", async () => {
    expect((await ask()).status).toBe(200);
    const restarted = own.down("SIGTERM").then(() => own.up());
    const seen: number[] = [];
    let over = false;
    void restarted.then(() => {
      over = true;
    });
    for (; !over; await pause(4)) seen.push((await ask()).status);
    await restarted;
    await expect.poll(async () => (await ask()).status, { timeout: 40_000, interval: 200 }).toBe(200);
    // Answered, or refused for a while: never a 502.
    expect(seen.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    const engine = new Engine(own.dockerHost);
    const left = () => engine.labelled("islet.function=kept");
    await expect.poll(async () => (await left()).length, { timeout: 20_000 }).toBe(1);
    await engine.close();
  });

  test("an engine that hangs holds up nobody for long", async () => {
    expect((await ask()).status).toBe(200);
    await server.control("DELETE", "/v1/functions/cold");
    await server.deploy("cold", `${source} // again`, container);
    own.hang();
    try {
      expect((await ask()).status).toBe(200);
      expect((await ask("cold")).status).toBe(503);
    } finally {
      own.goOn();
    }
    await expect.poll(async () => (await ask("cold")).status, { timeout: 60_000, interval: 200 }).toBe(200);
  });
});
