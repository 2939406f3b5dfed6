import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    globalSetup: "test/container/global-set-up.ts",
    // Tests start servers, load native isolates and kill processes: each file gets a process of its own.
    pool: "forks",
    // Most of them wait more than they compute.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 15_000,
    allowOnly: false,
    // Attacks and kills depend on who gets a core: until the suite has been seen to be steady, CI asks twice.
    retry: process.env.CI ? 1 : 0,
  },
});
