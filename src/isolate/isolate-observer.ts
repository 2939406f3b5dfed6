import type { LogLevel } from "../../runtime-api/ops.ts";
import type { DeathReason } from "./death.ts";
import type { PreparedIsolate } from "./prepared-isolate.ts";
import type { TenantIsolate } from "./tenant-isolate.ts";
import type { ThreadSlots } from "./thread-slots.ts";

/** What an isolate reports to its owner. */
export interface IsolateObserver {
  /** Before each entry: what runs from now on, until `left`, is this isolate's code. */
  entering(isolate: TenantIsolate): void;
  left(isolate: TenantIsolate): void;
  /** An entry took long: in the main lane, its version is better put on threads. */
  slow(isolate: TenantIsolate, ms: number): void;
  /** Its code looks for a clock that does not stand still. Once for each invocation. */
  probed(isolate: TenantIsolate): void;
  died(isolate: TenantIsolate, reason: DeathReason): void;
  /**
   * It is dead and cannot be cleaned up: V8 has parked its thread, or its code takes no notice of
   * its end. The process should be replaced.
   */
  unclean(isolate: TenantIsolate, how: "parked" | "stuck"): void;
  /** A fault of Islet inside a host op. */
  opFailed(isolate: TenantIsolate, name: string, error: unknown): void;
  /** Console output while the modules are evaluated. */
  loadLog(isolate: TenantIsolate, level: LogLevel, text: string): void;
}

/** Where isolates and threads come from. */
export interface IsolateSource {
  take(memoryMb: number): PreparedIsolate;
  readonly slots: ThreadSlots;
}
