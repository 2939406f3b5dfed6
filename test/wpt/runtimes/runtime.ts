import type { TestReport } from "../test-module.ts";

/** Something that runs module workers. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** Runs a test's module. What crashes or hangs gives a report with an error and no subtests. */
  run(source: string): Promise<TestReport>;
  stop(): Promise<void>;
}
