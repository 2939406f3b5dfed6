import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "headers that look like Islet's own",
  holds: "They change nothing of how the request is routed or traced.",
  severity: "tame",
  async act(field) {
    const answer = await field.send("/fn/good/", {
      headers: {
        "x-islet-function": "other",
        "x-islet-tenant": "root",
        "x-forwarded-host": "other",
        "x-request-id": "a".repeat(5_000),
        forwarded: "host=other",
      },
    });
    expect(answer).toMatchObject({ status: 200, text: expect.stringMatching(/ good /) });
  },
} satisfies ClientAttack;
