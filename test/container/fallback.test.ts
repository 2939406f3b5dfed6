import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildSamples } from "../../samples/build.ts";
import { TestServer } from "../e2e/server.ts";
import { readmeBlocks } from "../samples/sample-server.ts";
import { inspectAll } from "./inspection.ts";
import { engineForTests } from "./test-engine.ts";

const dockerHost = await engineForTests();

interface Described {
  readonly tier: string;
  readonly placement: { readonly asked: string; readonly since: string; readonly why: string | null };
}

/** Computes for as long as it is told to, in an isolate or not. */
const worker = `
  export default { async fetch(request) {
    const ms = Number(new URL(request.url).searchParams.get("ms"));
    const own = request.method === "POST" ? await request.text() : "";
    if (own === "send") await fetch("http://127.0.0.1:1/").catch(() => undefined);
    if (ms > 1e6) for (;;);
    // By work and not by the clock, which stands still in isolates.
    for (let left = ms * 300_000, x = 1; left > 0; left--) x = Math.imul(x, 48271) + left;
    return new Response(typeof process + own.length);
  } };`;

describe.skipIf(dockerHost === null)("falling back to a container by itself", () => {
  let server: TestServer;

  beforeAll(async () => {
    const settings = { FALLBACK_AFTER: 3, FALLBACK_MS: 6_000, CONTAINER_PAUSE_MS: 60_000, LOG_LEVEL: "debug" };
    server = await TestServer.start({ POOLS: 1, DOCKER_HOST: String(dockerHost), ...settings });
  });
  afterAll(() => server?.stop());

  const described = async (name: string, of = server) =>
    (await of.control("GET", `/v1/functions/${name}`)).json() as Described;

  test("the sample image-resize: its first client sees an answer, and after three it stays there", async () => {
    const sample = (await buildSamples()).find(({ name }) => name === "image-resize");
    const [module] = sample?.modules ?? [];
    const source = new TextDecoder().decode(module?.bytes);
    await server.deploy("image-resize", source, sample?.manifest);
    expect(await described("image-resize")).toMatchObject({ tier: "isolate", placement: { asked: "auto", why: null } });

    for (let i = 0; i < 3; i++) {
      const answer = await server.send("/fn/image-resize/?width=320");
      expect([answer.status, answer.headers["content-type"]]).toEqual([200, "image/bmp"]);
      expect([answer.bytes.readInt32LE(18), answer.bytes.readInt32LE(22)]).toEqual([320, 213]);
    }
    await server.logs.find({ function: "image-resize", msg: /moves to containers/ });
    const { tier, placement } = await described("image-resize");
    const shown = JSON.parse(readmeBlocks("image-resize")[1] ?? "") as Described;
    expect([tier, placement.asked, placement.why]).toEqual([shown.tier, shown.placement.asked, shown.placement.why]);
    expect(Date.now() - Date.parse(placement.since)).toBeLessThan(60_000);

    // Straight there: nothing hits a limit any more.
    const hits = (await server.metrics()).sum("islet_limit_hits_total");
    expect((await server.send("/fn/image-resize/?width=100")).status).toBe(200);
    expect((await server.metrics()).sum("islet_limit_hits_total")).toBe(hits);
    expect(await server.logs.find({ function: "image-resize", url: /width=320/ })).toMatchObject({ tier: "container" });

    // Made for an isolate: in a container it has the memory of one.
    const [held] = await inspectAll(String(dockerHost), "islet.function=image-resize");
    expect(held?.HostConfig.Memory).toBe((512 + 64) * 1024 * 1024);

    // But no more than its tenant may have.
    const headers = { "content-type": "application/json" };
    await server.control("PUT", "/v1/tenants/image-resize", { headers, body: '{"max":{"memoryMb":300}}' });
    expect((await server.send("/fn/image-resize/?width=100")).status).toBe(200);
    const memory = (await inspectAll(String(dockerHost), "islet.function=image-resize")).map(
      (one) => one.HostConfig.Memory,
    );
    expect(memory).toContain((300 + 64) * 1024 * 1024);

    // Another version starts with a clean record.
    await server.deploy("image-resize", `${source}\n//`, sample?.manifest);
    expect(await described("image-resize")).toMatchObject({ tier: "isolate", placement: { why: null } });
    await server.control("POST", "/v1/functions/image-resize/rollback");
    expect((await described("image-resize")).tier).toBe("container");
  });

  test("what may have had effects is not run twice, but counts; what has had none is, with its body", async () => {
    await server.deploy("careful", worker);
    const post = (body: string) => server.send("/fn/careful/?ms=500", { method: "POST", body });
    expect(await post("send")).toMatchObject({ status: 504, code: "function_cpu_limit" });
    expect((await post("abc")).text).toBe("object3");
    // A body that has been read as a stream is gone.
    expect(await post("x".repeat(100_000))).toMatchObject({ status: 504, code: "function_cpu_limit" });
    await server.logs.find({ function: "careful", msg: /moves to containers/ });
    expect((await described("careful")).placement.why).toMatch(/3 times.*a container answered 1 of/);
    expect((await post("x".repeat(100_000))).text).toBe("object100000");
  });

  test("a memory limit is fallen back from too", async () => {
    const source = `export default { fetch() {
      const rows = [];
      for (let i = 0; i < 60; i++) rows.push(Array.from({ length: 100_000 }, (_, j) => i + j / 3));
      return new Response(typeof process + rows.length);
    } };`;
    await server.deploy("hoarder", source, { limits: { memoryMb: 32, cpuMs: 5_000 } });
    expect(await server.send("/fn/hoarder/")).toMatchObject({ status: 200, text: "object60" });
  });

  test("what does not end in a container either gets no further ones", async () => {
    await server.deploy("looper", worker);
    const loop = () => server.send("/fn/looper/?ms=1e9");
    // Those that come meanwhile wait for the first, and take no container.
    const together = await Promise.all([loop(), loop(), loop()]);
    expect(together.map(({ status, code }) => [status, code])).toEqual(Array(3).fill([504, "function_cpu_limit"]));
    const messages = together.map(({ text }) => text);
    expect(
      messages.filter((text) => /once more in a container: there was no answer within 6000 ms/.test(text)),
    ).toHaveLength(1);
    expect(messages.filter((text) => /could not answer another request like it/.test(text))).toHaveLength(2);
    expect((await described("looper")).tier).toBe("isolate");
    // Its container goes on until it is removed, and other tests need the processor.
    await server.control("DELETE", "/v1/functions/looper");
  });

  test("whoever asks for an isolate stays there", async () => {
    await server.deploy("stays", worker, { tier: "isolate" });
    for (let i = 0; i < 3; i++) {
      const answer = await server.send("/fn/stays/?ms=500");
      expect([answer.status, answer.json()]).toMatchObject([
        504,
        { error: { message: "the request used up its CPU time" } },
      ]);
    }
    expect((await described("stays")).tier).toBe("isolate");
  });
});

test("without a container engine the error says that there was no container", async () => {
  const server = await TestServer.start({ POOLS: 1, FALLBACK_AFTER: 3, DOCKER_HOST: "unix:///nowhere/docker.sock" });
  try {
    await server.deploy("alone", worker);
    const answer = await server.send("/fn/alone/?ms=500");
    expect(answer).toMatchObject({ status: 504, code: "function_cpu_limit" });
    expect(answer.text).toMatch(
      /used up its CPU time; once more in a container: this server reaches no container engine/,
    );
  } finally {
    await server.stop();
  }
});
