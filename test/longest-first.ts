import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, the first of them most: begun last, one would keep a core from the others' end on. */
const longest = [
  "test/container/builds.test.ts",
  "test/hostile/guests.test.ts",
  "test/hostile/memory.test.ts",
  "test/hostile/other-modes.test.ts",
  "test/e2e/processes.test.ts",
  "test/hostile/stalls.test.ts",
  "test/soak/soak.test.ts",
  "test/hostile/boundaries.test.ts",
  "test/container/other-clouds.test.ts",
  "test/container/containers.test.ts",
  "test/e2e/blame.test.ts",
  "test/cli/serve.test.ts",
  "test/hostile/floods.test.ts",
  "test/hostile/loops.test.ts",
  "test/fuzz/fuzz.test.ts",
  "test/e2e/isolation-none.test.ts",
  "test/e2e/limits.test.ts",
  "test/container/fallback.test.ts",
  "test/runners/lambda-runtimes.test.ts",
  "test/container/life.test.ts",
  "test/e2e/quarantine.test.ts",
  "test/e2e/isolation-modes.test.ts",
  "test/e2e/herd.test.ts",
  "test/cli/commands.test.ts",
  "test/container/scaling.test.ts",
  "test/container/programs.test.ts",
];

/** The longest first, and the rest as Vitest has them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
