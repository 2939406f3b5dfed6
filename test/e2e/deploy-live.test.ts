import { Agent } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ FRONTS: 2, POOLS: 2 });
});
afterAll(() => server.stop());

const deploys = 30;

/** Answers with its version twice, from two modules. */
const version = (n: number) => ({
  "index.js": `import { number } from "./number.js"; export default { fetch: () => new Response(${n} + " " + number) };`,
  "number.js": `export const number = ${n};`,
});

test("30 deploys under load: no request fails, none is mixed, none is older than the last deploy that was answered", async () => {
  await server.deploy("live", version(0));
  let live = 0;
  let asked = 0;
  let over = false;
  const wrong: string[] = [];
  const client = async () => {
    const agent = new Agent({ connections: 1 });
    while (!over) {
      const least = live;
      const { status, text } = await server.send("/fn/live/", { agent });
      const [own, imported] = text.split(" ").map(Number);
      if (status !== 200 || own !== imported || own === undefined || own < least || own > asked) {
        wrong.push(`${status} ${text}, where ${least} was live`);
      }
    }
    await agent.close();
  };
  // More connections than fronts, so that each front has some.
  const clients = Array.from({ length: 6 }, client);
  for (let n = 1; n <= deploys; n++) {
    asked = n;
    await server.deploy("live", version(n));
    live = n;
    // Connections of their own, to reach both fronts.
    const fresh = Array.from({ length: 4 }, () => server.send("/fn/live/", { headers: { connection: "close" } }));
    for (const { text } of await Promise.all(fresh)) expect(text).toBe(`${n} ${n}`);
  }
  over = true;
  await Promise.all(clients);
  expect(wrong).toEqual([]);
});

test("a roll-back is as live as a deploy", async () => {
  await server.deploy("back", version(1));
  const first = (await server.control("GET", "/v1/functions/back")).json() as { version: string };
  await server.deploy("back", version(2));
  const answer = await server.control("POST", "/v1/functions/back/rollback", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ version: first.version }),
  });
  expect(answer.status).toBe(200);
  const fresh = Array.from({ length: 8 }, () => server.send("/fn/back/", { headers: { connection: "close" } }));
  for (const { text } of await Promise.all(fresh)) expect(text).toBe("1 1");
});

test("deploys of many functions at once do not disturb each other", async () => {
  await Promise.all(Array.from({ length: 20 }, (_, i) => server.deploy(`many-${i}`, version(i))));
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => server.send(`/fn/many-${i}/`)));
  expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, i) => `${i} ${i}`));
});
