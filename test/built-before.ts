import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildRuntimeSource } from "../src/isolate/runtime-source.ts";
import { buildPoolCode, frontCode, supervisorCode } from "../src/processes/process-code.ts";

/** What servers build at their first start and keep is built once before the tests, and not by each server of the first minute. */
export default async function setUp(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "islet-built-"));
  await Promise.all([supervisorCode(), frontCode(), buildPoolCode(folder), buildRuntimeSource()]);
  await rm(folder, { recursive: true });
}
