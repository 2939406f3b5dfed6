import type { Socket } from "node:net";
import { duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { windowBytes } from "../../src/pool/wire/frames.ts";
import { BodySink } from "../../src/pool/wire/sink.ts";
import { FrameWriter } from "../../src/pool/wire/writer.ts";

function sink() {
  const [socket, other] = duplexPair();
  other.resume();
  let drained: () => void = () => undefined;
  const events: string[] = [];
  const body = new BodySink(
    new FrameWriter(socket as unknown as Socket),
    2,
    () => {
      events.push("drained");
      drained();
    },
    () => events.push("closed"),
  );
  const nextDrain = () =>
    new Promise<void>((resolve) => {
      drained = resolve;
    });
  return { body, events, nextDrain };
}

const piece = new Uint8Array(windowBytes / 8);

test("a body waits for credit", () => {
  const { body, events } = sink();
  expect(body.write(piece)).toBe(false);
  body.grant(piece.length * 2);
  expect(events).toEqual(["drained"]);
  expect(body.write(new Uint8Array(1))).toBe(true);
});

test("whoever writes pauses after each window, however fast the receiver grants", async () => {
  const { body, nextDrain } = sink();
  body.grant(windowBytes);
  let written = 0;
  while (body.write(piece)) {
    written++;
    body.grant(piece.length);
    if (written > 100) throw new Error("it never pauses");
  }
  await nextDrain();
  expect(body.write(piece)).toBe(true);
});

test("a body that nobody wants any more takes nothing and asks for nothing", () => {
  const { body, events } = sink();
  body.grant(windowBytes);
  body.stop();
  expect(body.write(piece)).toBe(false);
  expect(events).toEqual(["closed"]);
});
