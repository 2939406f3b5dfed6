import type { LogLevel, OutgoingBody } from "../../runtime-api/ops.ts";

/*
 * The runtime inside an isolate is ours, but it works with globals that a tenant can replace: what
 * crosses may be of any kind that V8 can copy. Whoever frames it for other processes relies on the
 * kinds that ops.ts names, so they are checked here. All throw a GuestFault, which fails the request
 * in whose name the isolate runs: that is its own doing, and no fault of Islet.
 */

/** A guest has tampered with what the runtime inside its isolate relies on. */
export class GuestFault extends Error {
  override readonly name = "GuestFault";
}

const levels: readonly unknown[] = ["debug", "info", "warn", "error"] satisfies LogLevel[];
const redirects: readonly unknown[] = ["follow", "manual", "error"];

export function requireText(value: unknown): void {
  if (typeof value !== "string") throw new GuestFault(`the guest gave ${typeof value} for a text`);
}

/** An origin's answer that is passed on may have any status of three digits. */
export function requireStatus(value: unknown): void {
  if (typeof value !== "number" || !(value >= 200 && value <= 999)) throw new GuestFault("the guest gave no status");
}

export function requireBody(value: OutgoingBody): void {
  if (value === null || typeof value === "string" || value === true) return;
  if (typeof value !== "number" && !(value instanceof Uint8Array)) throw new GuestFault("the guest gave no body");
}

export function requireChunk(value: unknown): void {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) throw new GuestFault("the guest gave no bytes");
}

export function requireLevel(value: unknown): void {
  if (!levels.includes(value)) throw new GuestFault("the guest gave no log level");
}

export function requireRedirect(value: unknown): void {
  if (!redirects.includes(value)) throw new GuestFault("the guest gave no redirect mode");
}

export function requireBytes(value: unknown): void {
  if (!(value instanceof Uint8Array)) throw new GuestFault("the guest gave no bytes");
}

export function requireBoolean(value: unknown): void {
  if (typeof value !== "boolean") throw new GuestFault(`the guest gave ${typeof value} for a boolean`);
}

export function requireLevelOfCompression(value: unknown): void {
  if (!Number.isInteger(value) || (value as number) < -1)
    throw new GuestFault("the guest gave no level of compression");
}
