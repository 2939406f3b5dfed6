import { expect, test } from "vitest";
import { TestServer } from "./server.ts";

test("SIGTERM", async () => {
  const server = await TestServer.start();
  await server.deploy("hello", "export default { fetch: () => new Response('hi') }");
  expect((await server.send("/", { host: "hello.localhost" })).text).toBe("hi");
  server.signal("SIGTERM");
  expect(await server.gone).toBe(0);
});
