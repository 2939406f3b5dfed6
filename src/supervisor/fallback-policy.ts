import type { SecondRunOutcome, TightLimit } from "../core/messages.ts";

/** Within which hits of limits are counted together. */
export const windowMs = 10 * 60_000;
/** Versions that are remembered; past them the one that was heard of longest ago is forgotten. */
const mostVersions = 10_000;

interface Version {
  hits: { readonly limit: TightLimit; readonly atMs: number }[];
  answered: number;
  failed: number;
}

/** What speaks for a container. */
export interface Evidence {
  readonly hits: Readonly<Record<TightLimit, number>>;
  /** Of the requests that hit a limit, those that a container has answered. */
  readonly answered: number;
}

/** When a version that runs into limits of isolates is better off in a container: state and rules only. */
export class FallbackPolicy {
  readonly #after: number;
  readonly #now: () => number;
  readonly #versions = new Map<string, Version>();

  /** @param after so many hits within `windowMs` move a version; 0: none ever. */
  constructor(after: number, now: () => number) {
    this.#after = after;
    this.#now = now;
  }

  /** False: never, or it is known that a container does not help. */
  isOpen(key: string): boolean {
    return this.#after > 0 && (this.#versions.get(key)?.failed ?? 0) < this.#after;
  }

  /** A request of a version has hit a limit. Gives the evidence when that is enough of it. */
  hit(key: string, limit: TightLimit, then: SecondRunOutcome): Evidence | null {
    // Without an engine there is nothing to move to.
    if (then === "unavailable" || !this.isOpen(key)) return null;
    const version = this.#version(key);
    if (then === "failed") {
      version.failed++;
      return null;
    }
    const now = this.#now();
    version.hits = [...version.hits.filter(({ atMs }) => atMs > now - windowMs), { limit, atMs: now }];
    if (then === "answered") version.answered++;
    if (version.hits.length < this.#after) return null;
    const count = (which: TightLimit) => version.hits.filter((hit) => hit.limit === which).length;
    const evidence = { hits: { cpu: count("cpu"), memory: count("memory") }, answered: version.answered };
    // If it is not moved after all, then not for the same hits.
    this.#versions.set(key, { hits: [], answered: 0, failed: version.failed });
    return evidence;
  }

  /** It was tried, and failed. */
  refused(key: string): void {
    this.#version(key).failed = this.#after;
  }

  #version(key: string): Version {
    const version = this.#versions.get(key) ?? { hits: [], answered: 0, failed: 0 };
    this.#versions.delete(key);
    this.#versions.set(key, version);
    for (const oldest of this.#versions.keys()) {
      if (this.#versions.size <= mostVersions) break;
      this.#versions.delete(oldest);
    }
    return version;
  }
}
