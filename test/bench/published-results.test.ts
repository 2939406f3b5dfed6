import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeReport } from "../../bench/report/write.ts";

test("all that is published can be put in a report", async () => {
  const folder = await mkdtemp(join(tmpdir(), "islet-results-"));
  try {
    await cp(new URL("../../bench/results/", import.meta.url), folder, { recursive: true });
    expect(await writeReport(folder, ["hello"])).toContain("| hello ");
  } finally {
    await rm(folder, { recursive: true });
  }
});
