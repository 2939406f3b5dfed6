import { expect } from "vitest";
import type { Case } from "../case.ts";

/** What came, of each event of a stream, with its name if it has one. */
function eventsOf(body: Buffer): [string | undefined, string][] {
  const blocks = body
    .toString()
    .split("\n\n")
    .map((block) => block.trim());
  return blocks
    .filter((block) => block !== "" && !block.startsWith(":"))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1];
      return [field("event"), field("data") ?? ""];
    });
}

export const streaming: readonly Case[] = [
  {
    to: "graphql-yoga/graphql?query=subscription%7Bcount(to:2)%7D",
    send: { headers: { accept: "text/event-stream" } },
    headers: { "content-type": "text/event-stream" },
    check: (body) =>
      expect(eventsOf(body)).toEqual([
        ["next", '{"data":{"count":1}}'],
        ["next", '{"data":{"count":2}}'],
        ["complete", ""],
      ]),
  },
  {
    to: "trpc/trpc/ticks",
    headers: { "content-type": "text/event-stream" },
    check: (body) =>
      expect(eventsOf(body).map(([name, data]) => name ?? data)).toEqual(["connected", "0", "1", "2", "return"]),
  },
  { to: "ai/text", text: "It is 20 degrees." },
  {
    to: "ai/ui",
    headers: { "content-type": "text/event-stream", "x-vercel-ai-ui-message-stream": "v1" },
    check: (body) => {
      const events = eventsOf(body).map(([, data]) => data);
      expect(events.at(-1)).toBe("[DONE]");
      const parts = events
        .slice(0, -1)
        .map((text) => JSON.parse(text) as { type: string; delta?: string; output?: number });
      expect(parts.find(({ type }) => type === "tool-output-available")?.output).toBe(20);
      expect(parts.flatMap(({ delta }) => delta ?? []).join("")).toBe("It is 20 degrees.");
    },
  },
];
