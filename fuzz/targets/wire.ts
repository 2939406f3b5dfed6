import { PassThrough, Readable } from "node:stream";
import type { IncomingResponse } from "../../src/core/egress.ts";
import { IsletError } from "../../src/core/errors.ts";
import { NotTaken } from "../../src/core/executor.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { frameType } from "../../src/pool/wire/frames.ts";
import { TestInvocation } from "../../test/contract/test-invocation.ts";
import { FakePool } from "../../test/pool/fake-pool.ts";
import { type Target, within } from "../target.ts";

const fn = {
  name: "fuzz",
  tenant: "fuzz",
  group: "shared" as const,
  versionId: "0".repeat(64),
  routes: [],
  limits: defaultLimits,
};
const settleMs = 5_000;
const mostGrowthBytes = 256 * 1024 * 1024;

/**
 * What a pool process sends to a front, where it has been taken over. Each input is all that one
 * connection brings, while two requests wait: 65536 without a body, and 65538 with a stream, which may be refused.
 */
export const wire: Target = {
  name: "wire",
  dictionary: [
    ...Object.values(frameType).map((type) => String.fromCharCode(5, 0, 0, 0, type)),
    ...["\x00\x00\x01\x00", "\x02\x00\x01\x00", "\x03\x00\x00\x00", "\x05\x00\x00\x00", "\x00\x00\x04\x00"],
    ...["\xff\xff\xff\xff", "x-a\n1", "\r\n", "function_error", `fuzz@${"0".repeat(64)}`],
  ],
  start: async () => {
    const before = process.memoryUsage().rss;
    return {
      run: (input) => within(settleMs, "a connection", connection(input)),
      check: async () => {
        const grown = process.memoryUsage().rss - before;
        if (grown > mostGrowthBytes) throw new Error(`memory grew by ${grown} bytes`);
      },
      close: async () => undefined,
    };
  },
};

async function connection(input: Uint8Array): Promise<void> {
  const pool = await FakePool.start(answered);
  let opened = false;
  const open = () => {
    opened = true;
    return Readable.from([Buffer.alloc(100_000)]);
  };
  const invocations = [
    new TestInvocation(fn),
    new TestInvocation(fn, { method: "POST", body: { kind: "stream", open, opened: () => opened } }),
  ];
  const replies = invocations.map((invocation, i) => pool.link.execute(invocation, i === 1).then(consumed, refused));
  await pool.received(frameType.invoke, 2);
  await pool.send(input);
  pool.nothingMore();
  const error = await pool.closed;
  if (error && pool.forged.length === 0 && !("code" in error)) throw error;
  await Promise.all(replies);
  for (const invocation of invocations) invocation.cancel(new IsletError("client_gone", "the end"));
}

/** An origin that says yes. */
async function answered(): Promise<IncomingResponse> {
  const body = new PassThrough();
  body.end("an answer");
  return { status: 200, statusText: "OK", headers: ["x-a", "1"], url: "http://h.example/", redirected: false, body };
}

async function consumed({ body }: { body: unknown }): Promise<void> {
  if (!(body instanceof Readable)) return;
  body.on("error", () => undefined);
  body.resume();
  if (!body.closed) await new Promise<void>((resolve) => body.once("close", resolve));
}

function refused(error: unknown): void {
  if (!(error instanceof IsletError || error instanceof NotTaken)) throw error;
}
