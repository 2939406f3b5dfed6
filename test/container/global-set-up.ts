import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNotesVariable, stopStartedEngine } from "./test-engine.ts";

/** Tests start a container engine when they need one; it is ended after the last of them. */
export default function setUp(): () => Promise<void> {
  const notes = mkdtempSync(join(tmpdir(), "islet-run-"));
  process.env[runNotesVariable] = notes;
  return () => stopStartedEngine(notes);
}
