import { fileURLToPath } from "node:url";
import { output } from "./command.ts";
import type { Load, LoadGenerator, LoadResult } from "./load.ts";

const script = fileURLToPath(new URL("autocannon-process.ts", import.meta.url));

/** Comes with npm, so it is always there; slower than the others, and it counts in whole milliseconds. */
export const autocannon: LoadGenerator = {
  name: "autocannon",
  installed: () => true,
  takes: () => true,
  async run(load: Load): Promise<LoadResult> {
    const text = await output(process.execPath, [script], load.seconds, { BENCH_LOAD: JSON.stringify(load) });
    return JSON.parse(text);
  },
};
