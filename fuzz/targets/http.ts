import { connect } from "node:net";
import { type Target, within } from "../target.ts";
import { checkAnswers } from "./http-answers.ts";
import { FuzzedServer } from "./server.ts";

const answerMs = 10_000;

/** All that a client sends over one connection to the data plane. */
export const http: Target = {
  name: "http",
  dictionary: [
    ...["\r\n", "\n", "\r\n\r\n", "0\r\n\r\n", "GET / HTTP/1.1\r\n", "POST /fn/echo/ HTTP/1.1\r\n", "HTTP/1.0\r\n"],
    ...["Host: echo.localhost\r\n", "Content-Length: 5\r\n", "Content-Length: 18446744073709551616\r\n"],
    ...["Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Connection: close\r\n"],
    ...["Expect: 100-continue\r\n", "Upgrade: websocket\r\n", "Trailer: x\r\n", "FFFFFFFFFFFFFFFF\r\n", "5;a=b\r\n"],
    ...[
      "/fn/pass/",
      "/fn//",
      "/../",
      "%00",
      "%2e%2e",
      "\x00",
      "\xff",
      "http://user@x/",
      "*",
      " ",
      "\t",
      ":",
      "[::1]:x",
    ],
    ...[
      "OPTIONS",
      "HEAD",
      "CONNECT",
      "TRACE",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "Host: [::1\r\n",
      "Host: a:99999\r\n",
    ],
  ],
  start: async () => {
    const fuzzed = await FuzzedServer.start();
    const { hostname, port } = new URL(fuzzed.server.url);
    return {
      run: async (input) => {
        const answer = await within(answerMs, "an answer", exchange(hostname, Number(port), input));
        checkAnswers(answer.toString("latin1"));
      },
      check: () => fuzzed.check(),
      close: () => fuzzed.server.stop(),
    };
  },
};

/** What comes back until the server closes the connection: it does when it has read the end of the client's half. */
function exchange(host: string, port: number, input: Uint8Array): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const socket = connect(port, host);
    socket.on("data", (piece: Buffer) => pieces.push(piece));
    // The server may break off what it does not want to read.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => resolve(Buffer.concat(pieces)));
    socket.end(input);
  });
}
