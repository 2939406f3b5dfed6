import type { ChildProcess } from "node:child_process";

/** Metrics of many functions are the largest that is sent. */
const mostMessageBytes = 32 * 1024 * 1024;
const lengthBytes = 4;

interface ChannelHandle {
  onread: (this: ChannelHandle, ...args: unknown[]) => void;
}

/**
 * Makes the IPC channel of a child that may be in somebody else's hands safe to read. Node's own end
 * trusts the child: bytes that are no message, and messages about handles, throw where nobody can
 * catch it, and a message may have any length. Here each of them is `onForged` and nothing else.
 *
 * @throws Error when this version of Node keeps its channels otherwise.
 */
export function guardChannel(child: ChildProcess, onForged: () => void): void {
  // It could not be started: there is no channel.
  if (!child.channel) return;
  // Handles are never sent; what is about them comes from none of ours.
  child.removeAllListeners("internalMessage");
  child.on("internalMessage", onForged);

  const handle = handleOf(child);
  const read = handle.onread;
  const measure = lengthCheck();
  let broken = false;
  handle.onread = function (...args) {
    if (broken) return;
    try {
      const [bytes] = args;
      if (bytes instanceof ArrayBuffer) measure(new Uint8Array(bytes));
      read.apply(this, args);
    } catch {
      // Nobody else uses this channel, so that the fault is the child's. It is told by its death.
      broken = true;
      onForged();
    }
  };
}

function handleOf(child: ChildProcess): ChannelHandle {
  const key = Object.getOwnPropertySymbols(child).find(({ description }) => description === "kChannelHandle");
  const handle = key && (child as unknown as Record<symbol, ChannelHandle | undefined>)[key];
  if (typeof handle?.onread !== "function") throw new Error("this version of Node has no channel that can be guarded");
  return handle;
}

/** Follows the messages, each after its length in four bytes, most significant first. */
function lengthCheck(): (bytes: Uint8Array) => void {
  let length = 0;
  let lengthRead = 0;
  let left = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      if (left > 0) {
        const skipped = Math.min(left, bytes.length - at);
        left -= skipped;
        at += skipped;
        continue;
      }
      length = length * 256 + (bytes[at++] ?? 0);
      if (++lengthRead < lengthBytes) continue;
      if (length > mostMessageBytes) throw new RangeError(`a message cannot have ${length} bytes`);
      left = length;
      length = 0;
      lengthRead = 0;
    }
  };
}
