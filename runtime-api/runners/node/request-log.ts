import { AsyncLocalStorage } from "node:async_hooks";
import { Console } from "node:console";
import process from "node:process";
import { Writable } from "node:stream";
import type { ControlLine, Level } from "../link/control-line.ts";

/** The id of the request that the present code runs for. */
export const currentRequest = new AsyncLocalStorage<string>();

/** Sends what the function logs with console.* along with the request that it belongs to. */
export function logRequests(control: ControlLine): void {
  const to = (level: Level) =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        control.log(currentRequest.getStore() ?? null, level, text.replace(/\n$/, ""));
        done();
      },
    });
  const plain = new Console(to("info"), to("error"));
  plain.debug = new Console(to("debug")).debug;
  plain.warn = new Console(to("warn")).log;
  globalThis.console = plain;

  // As in an isolate: what nobody handles is logged, and ends nothing.
  const forgotten = (error: unknown) => plain.error(stackOf(error));
  process.on("uncaughtException", forgotten);
  process.on("unhandledRejection", forgotten);
}

export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}
