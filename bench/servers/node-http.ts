import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { BenchFunction } from "../peer.ts";

const functions: BenchFunction[] = JSON.parse(process.env.BENCH_FUNCTIONS ?? "[]");
const kinds = new Map(functions.map(({ name, kind }) => [`/fn/${name}/`, kind]));

const server = createServer((request, response) => {
  const kind = kinds.get(request.url ?? "");
  if (kind === "hello") hello(response);
  else if (kind === "echo") echo(request, response);
  else response.writeHead(404).end();
});

function hello(response: ServerResponse): void {
  const body = "Hello, world!";
  response.writeHead(200, { "content-type": "text/plain; charset=UTF-8", "content-length": body.length }).end(body);
}

function echo(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.from(JSON.stringify(JSON.parse(Buffer.concat(chunks).toString())));
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
  });
}

server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
