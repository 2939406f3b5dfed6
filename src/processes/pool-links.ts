import type { PoolGroup } from "../core/deployment.ts";
import type { PoolAddress, PoolList, Verdict } from "../core/messages.ts";
import type { PoolLink, PoolLinkParts } from "../pool/pool-link.ts";
import { Verdicts } from "../pool/verdicts.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";

const reconnectMs = 100;

/** What a link needs and only its owner knows. */
type Wiring = Pick<PoolLinkParts, "verdict" | "onBegun" | "onClose" | "onWarmth">;

export interface PoolLinksParts {
  readonly scheduler: Scheduler;
  readonly connect: (address: PoolAddress, wiring: Wiring) => PoolLink;
  /** A connection broke. */
  readonly onBroken: (pool: string, error: Error) => void;
}

interface Placed {
  readonly address: PoolAddress;
  readonly link: PoolLink;
}

/** A front's connections with the pool processes of which the supervisor has told. */
export class PoolLinks {
  readonly #parts: PoolLinksParts;
  readonly #verdicts = new Verdicts();
  #links: readonly Placed[] = [];

  constructor(parts: PoolLinksParts) {
    this.#parts = parts;
  }

  use({ pools, closed }: PoolList): void {
    const kept = this.#links.filter(({ link }) => pools.some(({ id }) => id === link.id));
    for (const { link } of this.#links) if (!kept.some((other) => other.link === link)) link.close();
    const added = pools.filter(({ id }) => !kept.some(({ link }) => link.id === id));
    this.#set([...kept, ...added.map((address) => this.#connect(address))]);
    this.#parts.scheduler.setClosed(new Map(closed.map(({ group, untilMs }) => [group, untilMs])));
  }

  judged(pool: string, verdict: Verdict): void {
    this.#verdicts.arrived(pool, verdict);
  }

  /** Groups in which requests ran since this was asked last. */
  takeUsed(): PoolGroup[] {
    return this.#links.flatMap(({ address, link }) => (link.takeUsed() ? [address.group] : []));
  }

  #connect(address: PoolAddress): Placed {
    const link: PoolLink = this.#parts.connect(address, {
      verdict: () => this.#verdicts.of(address.id),
      onWarmth: (key, isWarm) => this.#parts.scheduler.warmthChanged(link, address.group, key, isWarm),
      onBegun: () => this.#parts.scheduler.roomChanged(address.group),
      onClose: (error, suspects, judged) => {
        if (error) this.#parts.onBroken(address.id, error);
        this.#parts.scheduler.suspect(suspects, judged);
        setTimeout(() => this.#reconnect(link, address), reconnectMs);
      },
    });
    return { address, link };
  }

  #reconnect(lost: PoolLink, address: PoolAddress): void {
    // The supervisor has taken a dead process off the list by now: one that is still there lives.
    if (!this.#links.some(({ link }) => link === lost)) return;
    this.#set(this.#links.map((entry) => (entry.link === lost ? this.#connect(address) : entry)));
  }

  #set(links: readonly Placed[]): void {
    this.#links = links;
    const placed = links.map(({ address: { group, place }, link }) => ({ group, place, executor: link }));
    this.#parts.scheduler.setExecutors(placed);
  }
}
