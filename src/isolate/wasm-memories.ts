import type ivm from "isolated-vm";
import type { Lane } from "./lane.ts";
import { GuestFault } from "./op-arguments.ts";

type Run = (lane: Lane) => void | Promise<void>;

const mebibyte = 1024 * 1024;
const pageBytes = 64 * 1024;
/**
 * Memories that a process may have at once. Each takes gigabytes of the address space, whatever its
 * size: some 16,300 exhaust it, and then nothing in the process can have memory any more.
 */
const mostInProcess = 4_000;

let inProcess = 0;

/** What one isolate has of WebAssembly's memory, which neither V8 nor isolated-vm counts. */
export class WasmMemories {
  readonly #isolate: ivm.Isolate;
  readonly #limitBytes: number;
  readonly #exceeded: () => void;
  #memories = 0;
  #bytes = 0;
  #heapBytes = 0;

  /** Calls `exceeded` after an entry when these, the heap and the buffers are more than the isolate may have. */
  constructor(isolate: ivm.Isolate, memoryMb: number, exceeded: () => void) {
    this.#isolate = isolate;
    this.#limitBytes = memoryMb * mebibyte;
    this.#exceeded = exceeded;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get maxPages(): number {
    return this.#limitBytes / pageBytes;
  }

  /** Notes what the isolate has, or is about to have. False if the process has no room for so many. */
  hold(memories: number, bytes: number): boolean {
    if (!isCount(memories) || !isCount(bytes)) throw new GuestFault("the guest gave no number of memories");
    const more = memories - this.#memories;
    if (more > 0 && inProcess + more > mostInProcess) return false;
    inProcess += more;
    this.#memories = memories;
    this.#bytes = bytes;
    return true;
  }

  /** The isolate is no more. */
  release(): void {
    this.hold(0, 0);
  }

  /**
   * `run`, and then a look at how far code has grown its memories meanwhile. Also after what was
   * thrown: else a function could grow unseen by throwing each time.
   */
  watch(lane: Lane, run: Run): void | Promise<void> {
    if (lane.kind === "thread") return this.#watchOnThread(lane, run);
    try {
      void run(lane);
    } finally {
      if (this.#isToSee) {
        void this.#measure(lane, false);
        if (this.#isTooMuch) void this.#measure(lane, true);
        if (this.#isTooMuch) this.#exceeded();
      }
    }
  }

  async #watchOnThread(lane: Lane, run: Run): Promise<void> {
    try {
      await run(lane);
    } finally {
      if (this.#isToSee) {
        await this.#measure(lane, false);
        if (this.#isTooMuch) await this.#measure(lane, true);
        if (this.#isTooMuch) this.#exceeded();
      }
    }
  }

  #measure(lane: Lane, afterCollection: boolean): void | Promise<void> {
    const measured = lane.call("measureWasm", [afterCollection]);
    const heap = () =>
      lane.heapBytes((bytes) => {
        this.#heapBytes = bytes;
      });
    return measured instanceof Promise ? measured.then(heap) : heap();
  }

  get #isToSee(): boolean {
    return this.#memories > 0 && !this.#isolate.isDisposed;
  }

  get #isTooMuch(): boolean {
    return this.#isToSee && this.#heapBytes + this.#bytes > this.#limitBytes;
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
