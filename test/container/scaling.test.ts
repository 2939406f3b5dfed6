import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Engine } from "../../src/container/engine.ts";
import { TestServer } from "../e2e/server.ts";
import { engineForTests } from "./test-engine.ts";

/** Containers make room for others, one after another. */
vi.setConfig({ testTimeout: 60_000 });

const dockerHost = await engineForTests();
const named = `
  import { hostname } from "node:os";
  let running = 0;
  export default { async fetch() {
    running++;
    const most = running;
    await new Promise((resolve) => setTimeout(resolve, 20));
    running--;
    return new Response(hostname() + " " + most);
  } };`;

describe.skipIf(dockerHost === null)("scaling", () => {
  let server: TestServer;
  let engine: Engine;

  beforeAll(async () => {
    engine = new Engine(String(dockerHost));
    const settings = { FRONTS: 2, POOLS: 1, QUEUE_MS: 30_000, CONTAINERS: 2, CONTAINER_PAUSE_MS: 100 };
    server = await TestServer.start({ DOCKER_HOST: String(dockerHost), ...settings });
  });
  afterAll(async () => {
    await server?.stop();
    await engine?.close();
  });

  /** Each on a connection of its own, so that both fronts get some. */
  const askAll = async (path: string, count: number) => {
    const agent = new Agent({ connections: count, headersTimeout: 0 });
    const answers = await Promise.all(Array.from({ length: count }, () => server.send(path, { agent })));
    await agent.close();
    return answers;
  };

  test("a manifest's maximum and concurrency hold over both fronts, and no front's requests wait for ever", async () => {
    const scaling = { maxInstances: 1, concurrency: 1 };
    await server.deploy("single", named, { tier: "container", ...scaling });
    expect((await server.control("GET", "/v1/functions/single")).json()).toMatchObject(scaling);
    let most = 0;
    const watch = setInterval(async () => {
      most = Math.max(most, (await engine.labelled("islet.function=single")).length);
    }, 50);
    const answers = await askAll("/fn/single/", 12);
    clearInterval(watch);
    expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
    expect(new Set(answers.map(({ text }) => text.split(" ")[1]))).toEqual(new Set(["1"]));
    expect(most).toBe(1);
  });

  test("when all room is taken, containers that are idle make way for those that are wanted", async () => {
    for (const name of ["a", "b", "c"]) await server.deploy(name, `${named} // ${name}`, { tier: "container" });
    for (const name of ["a", "b", "c", "a"]) expect((await server.send(`/fn/${name}/`)).status).toBe(200);
    const left = await Promise.all(["a", "b", "c", "single"].map((name) => engine.labelled(`islet.function=${name}`)));
    expect(left.flat().length).toBeLessThanOrEqual(2);
  });

  test("a manifest that asks for more than the operator permits is refused", async () => {
    const refused = await server.upload("greedy", named, { tier: "container", maxInstances: 9 });
    expect(refused).toMatchObject({ status: 400, code: "limit_too_high" });
  });

  test("metrics say how many containers there are and how long they took to start", async () => {
    const { text } = await server.control("GET", "/metrics");
    expect(text).toMatch(/islet_containers\{.*state="ready".*\} \d/);
    expect(text).toMatch(/islet_container_start_seconds_count \d/);
  });
});
