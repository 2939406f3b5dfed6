import { type LiveFunction, versionKey } from "../core/deployment.ts";
import type { Offence, Standing, TrustRecord } from "../core/trust.ts";

export interface TrustNumbers {
  /** So many hits of hard limits within a minute bring a version into quarantine. */
  readonly quarantineAfter: number;
  /** The first quarantine; each further one is twice as long as the one before. */
  readonly quarantineMs: number;
  readonly longestQuarantineMs: number;
}

/** Within which hits of limits are counted together. */
const windowMs = 60_000;
/** A tenant of which so many versions came into quarantine within `tenantMemoryMs` is not trusted with a new one. */
const versionsToDistrust = 3;
const tenantMemoryMs = 24 * 60 * 60 * 1000;
/** Versions that are remembered; past them the ones that have been good for longest are forgotten. */
const maxVersions = 10_000;

/** Those that need no repetition. */
const grave: ReadonlySet<Offence> = new Set(["crashed", "stalled", "outgrown", "probe", "catastrophic"]);

interface Version {
  readonly name: string;
  readonly key: string;
  tenant: string;
  /** When it hit limits lately. */
  hits: number[];
  breaches: number;
  readonly reasons: Set<Offence | "tenant">;
  /** How often it was quarantined, less what it has made good since; 0 when never. */
  level: number;
  quarantine: { readonly sinceMs: number; untilMs: number } | null;
  /** The last offence or the end of the last quarantine. */
  lastMs: number;
}

/** What an offence has led to. */
export type Consequence = "noted" | "quarantined" | "prolonged";

/**
 * Who is trusted: state and rules, no timers and no messages. Time is handed in by a clock of epoch
 * milliseconds.
 */
export class TrustPolicy {
  readonly #numbers: TrustNumbers;
  readonly #now: () => number;
  readonly #versions = new Map<string, Version>();
  /** By tenant: its versions that came into quarantine, and when. */
  readonly #tenants = new Map<string, Map<string, number>>();

  /** @param remembered what earlier runs have found out, as `record` gave it. What is a day old is forgotten. */
  constructor(numbers: TrustNumbers, now: () => number, remembered: readonly TrustRecord[] = []) {
    this.#numbers = numbers;
    this.#now = now;
    for (const record of remembered.slice(-maxVersions)) {
      const lastMs = Math.max(record.lastMs, record.quarantine?.untilMs ?? 0, record.blamedMs ?? 0);
      if (now() - lastMs < tenantMemoryMs) this.#restore(record);
    }
  }

  /** What is to be remembered of a version; null when that is nothing. */
  record(key: string): TrustRecord | null {
    const version = this.#versions.get(key);
    if (!version) return null;
    const { tenant, level, breaches, reasons, quarantine, lastMs } = version;
    const blamedMs = this.#tenants.get(tenant)?.get(key) ?? null;
    if (level === 0 && quarantine === null && blamedMs === null) return null;
    return {
      key,
      tenant,
      level,
      breaches,
      reasons: [...reasons],
      quarantine: quarantine && { ...quarantine },
      lastMs,
      blamedMs,
    };
  }

  #restore({ key, tenant, blamedMs, reasons, quarantine, ...others }: TrustRecord): void {
    const name = key.slice(0, key.lastIndexOf("@"));
    const again = { reasons: new Set(reasons), quarantine: quarantine && { ...quarantine } };
    this.#versions.set(key, { ...others, ...again, name, key, tenant, hits: [] });
    if (blamedMs !== null) this.#blame(tenant, key, blamedMs);
  }

  get quarantined(): number {
    let count = 0;
    for (const { quarantine } of this.#versions.values()) if (quarantine) count++;
    return count;
  }

  isQuarantined(fn: LiveFunction): boolean {
    return Boolean(this.#versions.get(versionKey(fn))?.quarantine);
  }

  /** Whether it did what is held against it without repetition, or its tenant did. */
  isHostile(fn: LiveFunction): boolean {
    const reasons = this.#versions.get(versionKey(fn))?.reasons;
    return reasons?.values().some((reason) => reason === "tenant" || grave.has(reason)) ?? false;
  }

  /** A version goes live: with a clean record if it has none, unless its tenant has spoilt that. */
  deployed(fn: LiveFunction): Consequence {
    if (this.#versions.has(versionKey(fn)) || !this.#isDistrusted(fn.tenant)) return "noted";
    const version = this.#version(fn);
    version.reasons.add("tenant");
    this.#quarantine(version);
    return "quarantined";
  }

  /** A version did what is held against it, `count` times. */
  offended(fn: LiveFunction, offence: Offence, count = 1): Consequence {
    const now = this.#now();
    const version = this.#version(fn);
    this.#forgive(version);
    version.lastMs = now;
    // Where it belongs to now.
    version.tenant = fn.tenant;
    version.breaches += count;
    version.reasons.add(offence);
    if (!this.#isTooMuch(version, offence, count)) {
      if (!version.quarantine) return "noted";
      version.quarantine.untilMs = Math.max(version.quarantine.untilMs, now + this.#periodMs(version));
      return "prolonged";
    }
    version.hits = [];
    const goesOn = version.quarantine !== null;
    this.#quarantine(version);
    this.#blame(fn.tenant, version.key, now);
    return goesOn ? "prolonged" : "quarantined";
  }

  /** Releases the versions whose time is over; gives their keys. */
  release(): string[] {
    const now = this.#now();
    const keys: string[] = [];
    for (const version of this.#versions.values()) {
      if (!version.quarantine || version.quarantine.untilMs > now) continue;
      version.lastMs = version.quarantine.untilMs;
      version.quarantine = null;
      keys.push(version.key);
    }
    return keys;
  }

  /** When `release` has something to do next, or null. */
  nextReleaseMs(): number | null {
    let next: number | null = null;
    for (const { quarantine } of this.#versions.values()) {
      if (quarantine) next = Math.min(next ?? quarantine.untilMs, quarantine.untilMs);
    }
    return next;
  }

  standing(fn: LiveFunction): Standing {
    const version = this.#versions.get(versionKey(fn));
    if (version) this.#forgive(version);
    return {
      state: version?.quarantine ? "quarantined" : "trusted",
      sinceMs: version?.quarantine?.sinceMs ?? null,
      untilMs: version?.quarantine?.untilMs ?? null,
      breaches: version?.breaches ?? 0,
      reasons: [...(version?.reasons ?? [])],
    };
  }

  #version(fn: LiveFunction): Version {
    const key = versionKey(fn);
    const known = this.#versions.get(key);
    if (known) return known;
    if (this.#versions.size >= maxVersions) this.#forget();
    const version: Version = {
      ...{ name: fn.name, key, tenant: fn.tenant, hits: [], breaches: 0, reasons: new Set<Offence | "tenant">() },
      ...{ level: 0, quarantine: null, lastMs: this.#now() },
    };
    this.#versions.set(key, version);
    return version;
  }

  #isTooMuch(version: Version, offence: Offence, count: number): boolean {
    if (grave.has(offence)) return true;
    const { quarantineAfter } = this.#numbers;
    const now = this.#now();
    const hits = version.hits.filter((atMs) => atMs > now - windowMs);
    for (let i = 0; i < count && hits.length < quarantineAfter; i++) hits.push(now);
    version.hits = hits;
    return hits.length >= quarantineAfter;
  }

  #quarantine(version: Version): void {
    const now = this.#now();
    version.level++;
    version.quarantine = {
      sinceMs: version.quarantine?.sinceMs ?? now,
      untilMs: now + this.#periodMs(version),
    };
  }

  /** Of the present level. */
  #periodMs({ level }: Version): number {
    const { quarantineMs, longestQuarantineMs } = this.#numbers;
    return Math.min(quarantineMs * 2 ** Math.max(0, level - 1), longestQuarantineMs);
  }

  /** Each time as long as its last quarantine, spent at large and without offence, takes one level back. */
  #forgive(version: Version): void {
    if (version.quarantine) return;
    let goodMs = this.#now() - version.lastMs;
    while (version.level > 0 && goodMs >= this.#periodMs(version)) {
      goodMs -= this.#periodMs(version);
      version.level--;
      version.lastMs = this.#now() - goodMs;
    }
    if (version.level > 0 || goodMs < windowMs) return;
    version.breaches = 0;
    version.reasons.clear();
  }

  #blame(tenant: string, key: string, atMs: number): void {
    const versions = this.#tenants.get(tenant) ?? new Map<string, number>();
    versions.set(key, atMs);
    this.#tenants.set(tenant, versions);
  }

  #isDistrusted(tenant: string): boolean {
    const versions = this.#tenants.get(tenant);
    if (!versions) return false;
    for (const [key, atMs] of versions) if (atMs <= this.#now() - tenantMemoryMs) versions.delete(key);
    if (versions.size === 0) this.#tenants.delete(tenant);
    return versions.size >= versionsToDistrust;
  }

  #forget(): void {
    const atLarge = [...this.#versions.values()].filter(({ quarantine }) => !quarantine);
    atLarge.sort((a, b) => a.lastMs - b.lastMs);
    for (const { key } of atLarge.slice(0, maxVersions / 10)) this.#versions.delete(key);
    for (const tenant of [...this.#tenants.keys()]) this.#isDistrusted(tenant);
  }
}
