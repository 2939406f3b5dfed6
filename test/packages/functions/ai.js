import { simulateReadableStream, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 4, text: 4, reasoning: 0 },
};

/** A model that first asks for a tool, and then tells what it said. */
const model = {
  specificationVersion: "v3",
  provider: "ours",
  modelId: "scripted",
  supportedUrls: {},
  async doStream({ prompt }) {
    const last = prompt.at(-1);
    const chunks =
      last.role === "tool"
        ? [
            { type: "text-start", id: "1" },
            ...["It is ", `${last.content[0].output.value} `, "degrees."].map((delta) => ({
              type: "text-delta",
              id: "1",
              delta,
            })),
            { type: "text-end", id: "1" },
            { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage },
          ]
        : [
            { type: "tool-call", toolCallId: "t1", toolName: "weather", input: '{"city":"Bonn"}' },
            { type: "finish", finishReason: { unified: "tool-calls", raw: "tool_calls" }, usage },
          ];
    return { stream: simulateReadableStream({ chunks, chunkDelayInMs: 1 }) };
  },
};

export default {
  fetch(request) {
    const result = streamText({
      model,
      prompt: "How warm is it in Bonn?",
      tools: {
        weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => city.length * 5 }),
      },
      stopWhen: stepCountIs(3),
    });
    const { pathname } = new URL(request.url);
    return pathname === "/text" ? result.toTextStreamResponse() : result.toUIMessageStreamResponse();
  },
};
