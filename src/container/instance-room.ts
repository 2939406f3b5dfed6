/** A container that there is, or that is wanted. */
export interface RoomTaken {
  readonly id: string;
  readonly owner: string;
  /** Of its version. */
  readonly group: string;
  readonly memoryMb: number;
  /** Since when it has been paused; null: it is in use, as far as is known. */
  readonly pausedAtMs: number | null;
}

export interface RoomLimits {
  readonly containers: number;
  readonly memoryMb: number;
}

export type Admission =
  | { readonly kind: "now" }
  /** When these are gone. `busy`: they are in use, and go when what they have is over. */
  | { readonly kind: "after"; readonly ids: readonly string[]; readonly busy: boolean }
  | { readonly kind: "wait" };

/**
 * Whether there is room for one more container, and who makes room for it: those that have been paused longest. A
 * version's own maximum counts over all fronts; a front that has none of it gets one of another's, even a busy one,
 * or its requests would wait for ever.
 */
export function admission(
  wanted: Omit<RoomTaken, "pausedAtMs">,
  mostOfVersion: number,
  taken: readonly RoomTaken[],
  limits: RoomLimits,
): Admission {
  const ofVersion = taken.filter(({ group }) => group === wanted.group);
  if (ofVersion.length >= mostOfVersion) {
    const others = ofVersion.filter(({ owner }) => owner !== wanted.owner);
    const [paused] = longestPaused(others);
    if (paused) return { kind: "after", ids: [paused.id], busy: false };
    const [busy] = others;
    // Also while a paused one of its own is there, which it has thawed meanwhile.
    const hasNone = others.length === ofVersion.length;
    return busy && hasNone ? { kind: "after", ids: [busy.id], busy: true } : { kind: "wait" };
  }
  let freeContainers = limits.containers - taken.length;
  let freeMb = limits.memoryMb - taken.reduce((sum, { memoryMb }) => sum + memoryMb, 0);
  const ids: string[] = [];
  const fits = () => freeContainers >= 1 && freeMb >= wanted.memoryMb;
  for (const paused of longestPaused(taken)) {
    if (fits()) break;
    ids.push(paused.id);
    freeContainers++;
    freeMb += paused.memoryMb;
  }
  if (!fits()) return { kind: "wait" };
  return ids.length === 0 ? { kind: "now" } : { kind: "after", ids, busy: false };
}

function longestPaused(taken: readonly RoomTaken[]): RoomTaken[] {
  return taken
    .filter(({ pausedAtMs }) => pausedAtMs !== null)
    .sort((a, b) => (a.pausedAtMs ?? 0) - (b.pausedAtMs ?? 0));
}
