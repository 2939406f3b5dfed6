import type { LimitName } from "../core/limits.ts";
import type { InvocationFailure } from "../isolate/job.ts";

/** What a front calls it. */
export const codeOfFailure = {
  threw: "function_error",
  no_response: "function_no_response",
  upgrade: "websocket_not_served",
  no_handler: "function_no_handler",
  cpu_limit: "function_cpu_limit",
  memory_limit: "function_memory_limit",
  startup_limit: "function_startup_limit",
  load_failed: "function_load_failed",
  isolate_lost: "isolate_lost",
  header_limit: "function_header_limit",
  internal: "internal",
} as const;

/** Limits that fail a request. The others are reported as they are hit. */
export const limitOfFailure: Partial<Record<InvocationFailure["kind"], LimitName>> = {
  cpu_limit: "cpuMs",
  memory_limit: "memoryMb",
  startup_limit: "startupMs",
};
