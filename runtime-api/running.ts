import { SafeSet, safeList } from "./tamper-proof.ts";

/** What a list of running invocations needs of one. */
interface Listed {
  readonly id: number;
  /** Its index in the list, or -1. */
  listedAt: number;
}

/**
 * The invocations that the host may still want to abort: those that did not end within their entry.
 *
 * An array and not a Map: one whose size goes up and down with every request is built anew again and
 * again, and V8 keeps its old tables with all they hold until a full collection. Finding is linear,
 * but only an abort has to.
 */
export class RunningInvocations<T extends Listed> {
  readonly #list: T[] = safeList();

  add(invocation: T): void {
    if (invocation.listedAt >= 0) return;
    invocation.listedAt = this.#list.length;
    this.#list[this.#list.length] = invocation;
  }

  delete(invocation: T): void {
    const index = invocation.listedAt;
    if (index < 0) return;
    invocation.listedAt = -1;
    const last = this.#list[this.#list.length - 1] as T;
    this.#list.length--;
    if (last === invocation) return;
    this.#list[index] = last;
    last.listedAt = index;
  }

  ids(): Set<number> {
    const ids = new SafeSet<number>();
    // biome-ignore lint/style/useForOf: such a list has no iterator
    for (let i = 0; i < this.#list.length; i++) ids.add((this.#list[i] as T).id);
    return ids;
  }

  find(id: number): T | undefined {
    for (let i = 0; i < this.#list.length; i++) if (this.#list[i]?.id === id) return this.#list[i];
    return undefined;
  }
}
