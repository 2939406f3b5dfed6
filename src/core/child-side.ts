import { flushCompileCache } from "node:module";
import process from "node:process";

interface Beat {
  readonly type: "beat";
  readonly seq: number;
}

/** A child process's end of the channel to the supervisor. */
export interface ChildChannel<To, From> {
  /** Every message but `beat`. What came before the listener was set is kept for it. */
  onMessage(listener: (message: Exclude<To, Beat>) => void): void;
  send(message: From): void;
}

/**
 * Joins this process to its supervisor: answers its beats, leaves signals to it (a terminal and
 * an init system send them to the whole group), and ends with it.
 *
 * @throws Error when the process was not forked by a supervisor.
 */
export function childChannel<To extends { type: string }, From extends { type: string }>(): ChildChannel<To, From> {
  if (!process.send) throw new Error("this file is a part of `islet serve` and is not started by hand");

  const send = (message: From | Beat): void => {
    // A failed send means that the supervisor is gone; `disconnect` deals with that.
    process.send?.(message, undefined, undefined, () => undefined);
  };

  process.on("SIGINT", waitForDrain);
  process.on("SIGTERM", waitForDrain);
  process.on("SIGHUP", waitForDrain);
  process.on("disconnect", () => {
    // Not process.exit(): isolated-vm can hang there, and nobody is left to end this process.
    process.kill(process.pid, "SIGKILL");
  });

  let listener: ((message: Exclude<To, Beat>) => void) | undefined;
  const early: Exclude<To, Beat>[] = [];
  process.on("message", (message: To) => {
    if (isBeat(message)) send({ type: "beat", seq: message.seq });
    else if (listener) listener(message as Exclude<To, Beat>);
    else early.push(message as Exclude<To, Beat>);
  });

  return {
    onMessage(next) {
      listener = next;
      for (const message of early.splice(0)) next(message);
    },
    send(message) {
      send(message);
      // A killed process writes no compile cache at its exit: do it when all code is loaded.
      if (message.type === "ready") setImmediate(flushCompileCache);
    },
  };
}

/** Takes the place of a signal's default; the supervisor says `drain` when it is time. */
const waitForDrain = (): undefined => undefined;

function isBeat(message: { type: string }): message is Beat {
  return message.type === "beat";
}
