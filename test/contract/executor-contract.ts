import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IsletError } from "../../src/core/errors.ts";
import type { Executor } from "../../src/core/executor.ts";
import type { Invocation, Reply } from "../../src/core/invocation.ts";
import type { Limits } from "../../src/core/limits.ts";
import { TestInvocation } from "./test-invocation.ts";

/** An executor with the functions of `contractFunctions` deployed, and how to end it. */
export interface ExecutorUnderTest {
  readonly executor: Executor;
  readonly fn: (name: keyof typeof contractFunctions) => Invocation["fn"];
  close(): Promise<void>;
}

/** Module workers that every tier can run. */
export const contractFunctions = {
  hello: `export default { fetch: () => new Response("hello", { status: 201, headers: { "x-a": "1" } }) };`,
  echo: `export default { async fetch(request) {
    const headers = { "x-method": request.method, "x-url": request.url, "x-seen": request.headers.get("x-sent") ?? "" };
    return new Response(await request.arrayBuffer(), { headers });
  } };`,
  pieces: `export default { fetch() {
    let i = 0;
    return new Response(new ReadableStream({ pull(c) { i < 100 ? c.enqueue(new Uint8Array(10_000).fill(i++)) : c.close(); } }));
  } };`,
  endless: `export default { fetch: () => new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1000)); } })) };`,
  never: `export default { fetch: () => new Promise(() => {}) };`,
  throws: `export default { fetch() { throw new TypeError("on purpose"); } };`,
  nothing: `export default { fetch() {} };`,
  logs: `export default { fetch() { console.warn("seen", 1); return new Response(null, { status: 204 }); } };`,
} as const;

/** As much CPU time as a function on the main thread may have: an answer in pieces needs some on a busy machine. */
export const contractLimits: Partial<Limits> = { wallMs: 30_000, cpuMs: 100 };

/** What every tier promises. @param start begins it once for all tests. */
export function describeExecutor(name: string, start: () => Promise<ExecutorUnderTest>): void {
  describe(`${name} as an executor`, () => {
    let subject: ExecutorUnderTest;
    beforeAll(async () => {
      subject = await start();
    }, 60_000);
    afterAll(() => subject?.close());

    const run = (fn: keyof typeof contractFunctions, more: ConstructorParameters<typeof TestInvocation>[1] = {}) => {
      const invocation = new TestInvocation(subject.fn(fn), more);
      return { invocation, reply: subject.executor.execute(invocation) };
    };
    const failure = async (reply: Promise<Reply>): Promise<IsletError> => {
      const error = await reply.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(IsletError);
      return error as IsletError;
    };

    test("answers with status, headers and body", async () => {
      const { status, headers, body } = await run("hello").reply;
      expect(status).toBe(201);
      expect(fieldsOf(headers)).toMatchObject({ "x-a": "1" });
      expect(await bytesOf(body)).toEqual(Buffer.from("hello"));
    });

    test("says first that it was cold, then warm, and what it cost", async () => {
      const fresh = await start();
      try {
        const invoke = async () => (await fresh.executor.execute(new TestInvocation(fresh.fn("hello")))).usage;
        expect(await invoke()).toMatchObject({ cold: true });
        const warm = await invoke();
        expect(warm.cold).toBe(false);
        expect(warm.cpuMs ?? 0).toBeGreaterThanOrEqual(0);
      } finally {
        await fresh.close();
      }
    });

    test("hands on method, URL, headers and a whole body, byte for byte", async () => {
      const bytes = new Uint8Array(1000).map((_, i) => i);
      const { reply } = run("echo", {
        method: "PUT",
        url: "http://h.example/p?q=1",
        headers: "x-sent\nyes",
        body: { kind: "bytes", bytes },
      });
      const { headers, body } = await reply;
      expect(fieldsOf(headers)).toMatchObject({
        "x-method": "PUT",
        "x-url": "http://h.example/p?q=1",
        "x-seen": "yes",
      });
      expect(await bytesOf(body)).toEqual(Buffer.from(bytes));
    });

    test("hands on a streamed body, which it opens once", async () => {
      let opened = 0;
      const open = () => {
        opened++;
        return Readable.from(Array.from({ length: 50 }, (_, i) => Buffer.alloc(20_000, i)));
      };
      const { reply } = run("echo", { method: "POST", body: { kind: "stream", open, opened: () => opened > 0 } });
      expect((await bytesOf((await reply).body)).length).toBe(1_000_000);
      expect(opened).toBe(1);
    });

    test("does not open a streamed body that the function leaves alone", async () => {
      const open = () => {
        throw new Error("it was opened");
      };
      const { reply } = run("hello", { method: "POST", body: { kind: "stream", open, opened: () => false } });
      expect((await reply).status).toBe(201);
    });

    test("streams an answer", async () => {
      const whole = await bytesOf((await run("pieces").reply).body);
      expect(whole.length).toBe(1_000_000);
      expect(whole[999_999]).toBe(99);
    });

    test("ends an endless answer when its reader goes away", async () => {
      const { body } = await run("endless").reply;
      const stream = body as Readable;
      for await (const _ of stream) break;
      expect(stream.destroyed).toBe(true);
      expect((await run("hello").reply).status).toBe(201);
    });

    test("rejects with the reason when it is cancelled", async () => {
      const { invocation, reply } = run("never");
      const reason = new IsletError("function_wall_limit", "too long");
      invocation.cancel(reason);
      expect(await failure(reply)).toBe(reason);
    });

    test("rejects at once what was cancelled before", async () => {
      const invocation = new TestInvocation(subject.fn("never"));
      const reason = new IsletError("client_gone", "gone");
      invocation.cancel(reason);
      expect(await failure(subject.executor.execute(invocation))).toBe(reason);
    });

    test("tells a function's error from its own, and keeps the details out of the message", async () => {
      const { invocation, reply } = run("throws");
      const error = await failure(reply);
      expect(error.code).toBe("function_error");
      expect(error.blame).toBe("function");
      expect(error.message).not.toContain("on purpose");
      expect(invocation.lines.some(([level, text]) => level === "error" && text.includes("on purpose"))).toBe(true);
    });

    test("a function that gives nothing has no response", async () => {
      expect((await failure(run("nothing").reply)).code).toBe("function_no_response");
    });

    test("hands on what the function logs", async () => {
      const { invocation, reply } = run("logs");
      expect((await reply).status).toBe(204);
      expect(invocation.lines).toEqual([["warn", "seen 1"]]);
    });

    test("counts what is in flight", async () => {
      const before = subject.executor.load().inFlight;
      const { invocation, reply } = run("never");
      expect(subject.executor.load().inFlight).toBe(before + 1);
      invocation.cancel(new IsletError("client_gone", "gone"));
      await failure(reply);
      expect(subject.executor.load().inFlight).toBe(before);
    });

    test("runs many at once", async () => {
      const answers = await Promise.all(Array.from({ length: 200 }, () => run("hello").reply));
      expect(answers.every(({ status }) => status === 201)).toBe(true);
    });
  });
}

function fieldsOf(flat: string): Record<string, string> {
  const fields = flat.split("\n");
  return Object.fromEntries(fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] ?? ""]] : [])));
}

async function bytesOf(body: Reply["body"]): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body, "latin1");
  return body instanceof Uint8Array ? Buffer.from(body) : buffer(body);
}
