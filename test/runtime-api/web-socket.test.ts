import { expect, it } from "vitest";
import { guest } from "./guest.ts";

it("carries texts and bytes between the two ends of a pair, once they are accepted", async () => {
  const { run } = await guest();
  const code = `
    const [client, server] = Object.values(new WebSocketPair());
    const seen = [];
    client.accept();
    client.send("before the other end listens");
    server.addEventListener("message", ({ data, isTrusted }) => {
      seen.push(typeof data === "string" ? data : [...new Uint8Array(data)], isTrusted);
      if (typeof data !== "string") server.send("got " + data.byteLength);
    });
    server.accept();
    const bytes = new Uint8Array([1, 2, 3]);
    client.send(bytes.subarray(1));
    bytes.fill(9);
    await new Promise((resolve) => client.addEventListener("message", ({ data }) => resolve(seen.push(data))));
    return seen;`;
  expect(await run(code)).toEqual(["before the other end listens", true, [2, 3], true, "got 2"]);
});

it("closes both ends, with the code and the reason of who began it", async () => {
  const { run } = await guest();
  const code = `
    const [client, server] = Object.values(new WebSocketPair());
    client.accept();
    server.accept();
    const seen = [client.readyState];
    server.onmessage = ({ data }) => seen.push(data);
    server.onclose = ({ code, reason, wasClean }) => { seen.push([code, reason, wasClean, server.readyState]); server.send("lost"); };
    const closed = new Promise((resolve) => { client.onclose = ({ code }) => resolve(seen.push([code, client.readyState])); });
    client.send("last");
    client.close(4001, "done");
    seen.push(client.readyState);
    client.send("lost");
    await closed;
    return seen;`;
  expect(await run(code)).toEqual([1, 2, "last", [4001, "done", true, 3], [4001, 3]]);
});

it("refuses what Workers and the standard refuse", async () => {
  const { run } = await guest();
  const code = `
    const [client, server] = Object.values(new WebSocketPair());
    client.accept();
    const tries = [
      () => server.send("not accepted"),
      () => server.close(),
      () => client.accept(),
      () => client.close(1005),
      () => client.close(999),
      () => client.close(1000, "x".repeat(124)),
      () => new WebSocket("wss://example.com"),
      () => new Response(null, { status: 101 }),
      () => new Response(null, { webSocket: client }),
      () => new Response(null, { status: 101, webSocket: {} }),
      () => new Response("body", { status: 101, webSocket: client }),
    ];
    return tries.map((it) => { try { it(); return "nothing"; } catch (error) { return error.name; } });`;
  expect(await run(code)).toEqual([
    ...["TypeError", "TypeError", "TypeError", "InvalidAccessError", "InvalidAccessError", "SyntaxError", "TypeError"],
    ...["RangeError", "RangeError", "TypeError", "TypeError"],
  ]);
});

it("fails a request that is answered with a socket, clearly", async () => {
  const main = `export default { fetch() {
    const pair = new WebSocketPair();
    const response = new Response(null, { status: 101, webSocket: pair[0] });
    if (response.status !== 101 || response.webSocket !== pair[0] || new Response().webSocket !== null) throw new Error("odd");
    return response;
  } };`;
  const { begin, outcome } = await guest({ main });
  expect(await outcome(begin("http://x/"))).toMatchObject({ kind: "failure", failure: "upgrade" });
});
