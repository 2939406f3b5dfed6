import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { guest } from "./guest.ts";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Gives each connection its answer in turn; "no content" once there are none, which ends an EventSource. */
async function origin(...answers: Answer[]): Promise<{ url: string; requests: IncomingMessage["headers"][] }> {
  const requests: IncomingMessage["headers"][] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    const answer = answers.shift() ?? ((it) => it.writeHead(204).end());
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, requests };
}

function events(...pieces: (string | Uint8Array)[]): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    for (const piece of pieces) response.write(piece);
    response.end();
  };
}

/** All that an EventSource says until it has failed for good. */
const listen = (url: string, types = "message") => `
  const source = new EventSource(${JSON.stringify(url)});
  const seen = [source.readyState];
  await new Promise((resolve) => {
    source.onopen = () => seen.push("open " + source.readyState);
    for (const type of ${JSON.stringify(types.split(" "))}) {
      source.addEventListener(type, (event) => seen.push([type, event.data, event.lastEventId, event.isTrusted]));
    }
    source.onerror = () => { seen.push("error " + source.readyState); if (source.readyState === 2) resolve(); };
  });
  return seen;`;

it("reads events, whatever ends their lines and wherever they are cut", async () => {
  const { run } = await guest();
  const snowman = new TextEncoder().encode("☃");
  const { url } = await origin(
    events(
      "\ufeffretry: 1\r\n\r\n: a comment\ndata: one\rdata:  two\r",
      "\ndata\n\nevent: other\nid: 7\nda",
      "ta:",
      snowman.subarray(0, 1),
      snowman.subarray(1),
      "\n\nid: a\0b\nunknown: x\ndata: last\n\ndata: never ended\n",
    ),
  );
  expect(await run(listen(url, "message other"))).toEqual([
    0,
    "open 1",
    ["message", "one\n two\n", "", true],
    ["other", "☃", "7", true],
    ["message", "last", "7", true],
    "error 0",
    "error 2",
  ]);
});

it("connects again with the id of the last event, after the time that the stream gave", async () => {
  const { run } = await guest();
  const { url, requests } = await origin(events("retry: 1\nid: é1\ndata: a\n\n"), events("data: b\n\nid\n\n"));
  expect(await run(listen(url))).toEqual([
    ...[0, "open 1", ["message", "a", "é1", true], "error 0"],
    ...["open 1", ["message", "b", "é1", true], "error 0", "error 2"],
  ]);
  expect(requests.map((headers) => headers["last-event-id"])).toEqual([
    undefined,
    Buffer.from("é1").toString("latin1"),
    undefined,
  ]);
  expect(requests[0]).toMatchObject({ accept: "text/event-stream", "cache-control": "no-cache" });
});

it("gives up for good when the answer is no event stream", async () => {
  const { run } = await guest();
  const { url } = await origin((response) =>
    response.writeHead(200, { "content-type": "text/plain" }).end("data: x\n\n"),
  );
  expect(await run(listen(url))).toEqual([0, "error 2"]);
  expect(await run(listen(url))).toEqual([0, "error 2"]);
});

it("ends its connection at close()", async () => {
  const { run, host } = await guest();
  const gone = Promise.withResolvers<void>();
  const { url } = await origin((response) => {
    response.on("close", () => gone.resolve());
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: first\n\n");
  });
  const code = `
    const source = new EventSource(${JSON.stringify(url)});
    await new Promise((resolve) => { source.onmessage = resolve; });
    source.close();
    return [source.readyState, EventSource.CLOSED, source.url, source.withCredentials];`;
  expect(await run(code)).toEqual([2, 2, url, false]);
  await gone.promise;
  expect(host.calls).toContain("abortFetch");
});

it("takes absolute URLs only", async () => {
  const { run } = await guest();
  const code = `return ["not a url", ""].map((url) => { try { new EventSource(url); } catch (error) { return error.name; } });`;
  expect(await run(code)).toEqual(["SyntaxError", "SyntaxError"]);
});
