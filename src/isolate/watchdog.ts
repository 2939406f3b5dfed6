import ivm from "isolated-vm";

/** How often the watch looks. An entry may run over by so much. */
const tickMs = 10;

/** Words of the memory that this thread and the watch share. */
const word = {
  /** Raised when the watch has something to learn about isolates. */
  generation: 0,
  /** Counts entries and exits: odd while an isolate is entered. */
  turn: 1,
  isolate: 2,
  allowedTicks: 3,
  /** The turn that the watch has ended. */
  ended: 4,
  /** 1 while the watch sleeps because nothing runs. */
  asleep: 5,
} as const;

/**
 * What runs on the watch's thread: `watch` returns when there is something to learn, and `learn`
 * and the next `watch` are queued behind it. Ticks are counted, not timed: on a machine that had
 * no time for this thread, the watched one had none either.
 */
const watchSource = `(shared) => {
  const w = new Int32Array(shared);
  const isolates = new Map();
  const learn = (id, isolate, forgotten) => {
    for (const gone of JSON.parse(forgotten)) isolates.delete(gone);
    isolates.set(id, isolate);
  };
  const end = (turn) => {
    const isolate = isolates.get(w[${word.isolate}]);
    Atomics.store(w, ${word.ended}, turn);
    try { isolate?.dispose(); } catch { /* It is gone already, which was the aim. */ }
  };
  const watch = (generation) => {
    let seen = 0, ticks = 0;
    while (Atomics.load(w, ${word.generation}) === generation) {
      const turn = Atomics.load(w, ${word.turn});
      if (turn !== seen) { seen = turn; ticks = 0; }
      else if (turn % 2 !== 0) { if (++ticks === w[${word.allowedTicks}]) end(turn); }
      else {
        Atomics.store(w, ${word.asleep}, 1);
        if (Atomics.load(w, ${word.turn}) === turn && Atomics.load(w, ${word.generation}) === generation) {
          Atomics.wait(w, ${word.asleep}, 1);
        }
        Atomics.store(w, ${word.asleep}, 0);
      }
      Atomics.wait(w, ${word.asleep}, 0, ${tickMs});
    }
  };
  return { learn, watch };
}`;

interface Watch {
  learn(id: number, isolate: ivm.Isolate, forgotten: string): void;
  watch(generation: number): void;
}

/**
 * Ends synchronous entries that run for too long, from a thread of its own.
 *
 * isolated-vm's own time-outs cost each entry 1.3 µs and leave a timer behind that a thread wakes
 * up for; here an entry costs a few stores into shared memory. Nor do they cover what isolated-vm
 * does after the script (reading an error's message, say, which a guest can make loop): a
 * disposal ends whatever runs inside. The watch is an isolate itself, since only isolates of
 * isolated-vm can hold another one's handle on another thread.
 */
export class Watchdog {
  readonly #words = new Int32Array(new SharedArrayBuffer(64));
  readonly #watcher = new ivm.Isolate({ memoryLimit: 16 });
  readonly #learn: ivm.Reference<Watch["learn"]>;
  readonly #watch: ivm.Reference<Watch["watch"]>;
  #forgotten: number[] = [];
  #lastId = 0;
  #closed = false;

  constructor() {
    const context = this.#watcher.createContextSync();
    const make = context.evalSync(watchSource, { reference: true }) as ivm.Reference<(shared: unknown) => unknown>;
    const shared = new ivm.ExternalCopy(this.#words.buffer as unknown as ArrayBuffer).copyInto({ release: true });
    const made = make.applySync(undefined, [shared], { result: { reference: true } }) as ivm.Reference<Watch>;
    this.#learn = made.getSync("learn", { reference: true }) as ivm.Reference<Watch["learn"]>;
    this.#watch = made.getSync("watch", { reference: true }) as ivm.Reference<Watch["watch"]>;
    made.release();
    make.release();
  }

  /** Takes an isolate under watch; gives the id to enter it with. Does not wait for the watch to know it. */
  register(isolate: ivm.Isolate): number {
    this.#lastId = (this.#lastId + 1) & 0x7fff_ffff;
    const id = this.#lastId;
    const generation = Atomics.add(this.#words, word.generation, 1) + 1;
    this.#wake();
    const forgotten = JSON.stringify(this.#forgotten);
    this.#forgotten = [];
    this.#run(this.#learn.apply(undefined, [id, isolate, forgotten]));
    this.#run(this.#watch.apply(undefined, [generation]));
    return id;
  }

  /** The isolate is no more. */
  forget(id: number): void {
    this.#forgotten.push(id);
  }

  /** From now until `leave` this thread is in that isolate, for `allowanceMs` at most. */
  enter(id: number, allowanceMs: number): void {
    const words = this.#words;
    words[word.isolate] = id;
    words[word.allowedTicks] = Math.max(1, Math.ceil(allowanceMs / tickMs));
    // Not a plain store: the watch decides by it whether it may sleep.
    Atomics.add(words, word.turn, 1);
    if (words[word.asleep] === 1) this.#wake();
  }

  /** True if the watch has ended what ran since `enter`. */
  leave(): boolean {
    const turn = Atomics.add(this.#words, word.turn, 1);
    return Atomics.load(this.#words, word.ended) === turn;
  }

  /** Before the process ends: isolated-vm waits at exit for threads that run. */
  close(): void {
    this.#closed = true;
    Atomics.add(this.#words, word.generation, 1);
    this.#wake();
    this.#watcher.dispose();
  }

  #wake(): void {
    Atomics.store(this.#words, word.asleep, 0);
    Atomics.notify(this.#words, word.asleep);
  }

  #run(call: Promise<unknown>): void {
    call.catch((error: unknown) => {
      // Without a watch an endless loop would hold this process until the supervisor ends it.
      if (!this.#closed) throw error;
    });
  }
}
