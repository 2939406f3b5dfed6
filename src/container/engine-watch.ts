/** How often an engine that went away is looked for: a front's requests are refused as long as it is not found. */
const soonMs = 500;
const soonForMs = 60_000;
const laterMs = 5_000;
/** How often an engine that answers is asked again for what it refused. */
const refusedMs = 30_000;

export interface EngineWatchParts {
  /** Rejects as long as the engine does not answer. */
  readonly look: () => Promise<unknown>;
  /** It answers again. */
  readonly onBack: () => void;
}

/** Looks for an engine that went away until it answers again. */
export class EngineWatch {
  readonly #parts: EngineWatchParts;
  #timer: NodeJS.Timeout | undefined;
  #goneSinceMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(parts: EngineWatchParts) {
    this.#parts = parts;
  }

  /** It has been seen not to answer. */
  lost(): void {
    this.#goneSinceMs = Math.min(this.#goneSinceMs, performance.now());
    this.#lookIn(soonMs);
  }

  /** It answers, and refuses something that is to be asked for once more. */
  refused(): void {
    this.#lookIn(refusedMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #lookIn(ms: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }

  #look(): void {
    this.#parts.look().then(
      () => {
        this.#goneSinceMs = Number.POSITIVE_INFINITY;
        this.#parts.onBack();
      },
      () => {
        // Why it does not answer has been said to whoever needed it.
        this.#goneSinceMs = Math.min(this.#goneSinceMs, performance.now());
        this.#lookIn(performance.now() - this.#goneSinceMs < soonForMs ? soonMs : laterMs);
      },
    );
  }
}
