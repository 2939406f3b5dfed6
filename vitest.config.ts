import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";

// As bin/islet.js has it, for the processes of tests and for servers that they start by themselves.
process.env.NODE_COMPILE_CACHE = fileURLToPath(new URL("node_modules/.cache/islet", import.meta.url));

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    globalSetup: ["test/built-before.ts", "test/container/global-set-up.ts"],
    // Processes, since tests load native isolates. What is killed are processes that the tests have started, so
    // that files can share one: a process for each would take a minute of the whole.
    pool: "forks",
    isolate: false,
    // One more than cores: tests also wait for processes and for time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 15_000,
    allowOnly: false,
    // Attacks and kills depend on who gets a core: until the suite has been seen to be steady, CI asks twice.
    retry: process.env.CI ? 1 : 0,
  },
});
