import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import type { TestServer } from "./server.ts";

/** Deploys a function that uses Node's modules, and asks it. */
export async function expectNodeInBrief(server: TestServer, manifest: object): Promise<void> {
  const source = await readFile(new URL("./fixtures/node-in-brief.js", import.meta.url), "utf8");
  await server.deploy("node-in-brief", source, manifest);
  const answer = await server.send("/fn/node-in-brief/");
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json()).toEqual(["kept", "packed ", createHmac("sha256", "key").update("text").digest("hex"), true]);
}
