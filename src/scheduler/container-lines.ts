import type { PoolGroup } from "../core/deployment.ts";
import type { FrontPlacement } from "../core/placement.ts";
import { Line, type LinePrior } from "./line.ts";
import { lineSeen } from "./placement-view.ts";
import { RecentObservations } from "./recent-observations.ts";

/** Near what the bench measures of a hello in a container, and of the start of one (bench/results). */
const balancingPrior: LinePrior = { slope: 0, intercept: 5, weight: 1 };
const placementPrior: LinePrior = { slope: 20, intercept: 400, weight: 1 };
/** With fewer answers than this nobody knows how long a request there takes. */
const leastAnswers = 8;
/** Past so many versions, what is known of the one that was met first is forgotten. */
const mostVersions = 1_000;

/** What a request finds that has no room in its version's containers. */
export interface ContainerCrowd {
  /** Requests that wait already. */
  readonly waiting: number;
  /** Containers of the version that take requests, and how many at a time each. */
  readonly ready: number;
  readonly concurrency: number;
  /** Containers of this front, of whomever, that are there or starting. */
  readonly containers: number;
}

type Decision = "container_start" | "container_thaw" | "container_wait";

interface Known {
  /** `g` and `f` of docs/scheduling.md. */
  readonly balancing: Line;
  readonly placement: Line;
  readonly seen: RecentObservations;
}

/**
 * The two lines of each version in containers: what a request takes over those in flight in its container (balancing), and
 * what a start takes over the containers that there are (placement).
 */
export class ContainerLines {
  readonly counts: Record<Decision, number> = { container_start: 0, container_thaw: 0, container_wait: 0 };
  readonly #versions = new Map<PoolGroup, Known>();

  /** An answer has begun so long after its request was sent to a container with `others` in flight. */
  answered(group: PoolGroup, others: number, tookMs: number): void {
    const { balancing, seen } = this.#of(group);
    balancing.observe(others, tookMs);
    seen.add(others, tookMs, false);
  }

  /** A container is ready so long after it was asked for, when there were so many others. */
  started(group: PoolGroup, others: number, tookMs: number): void {
    const { placement, seen } = this.#of(group);
    placement.observe(others, tookMs);
    seen.add(others, tookMs, true);
  }

  /** How long one more request is expected to wait. Null: too little is known. */
  expectedWaitMs(group: PoolGroup, { waiting, ready, concurrency }: ContainerCrowd): number | null {
    const balancing = this.#versions.get(group)?.balancing;
    if (!balancing || balancing.count < leastAnswers || ready === 0) return null;
    return ((waiting + 1) * balancing.at(concurrency - 1)) / (ready * concurrency);
  }

  /**
   * How long requests are to wait for the containers that there are before one more is started for them. 0: it is started at
   * once, since that is no slower. Else as long as a start takes: by then waiting has cost as much as the start, so
   * that nobody waits twice as long as who knows the future (the rule for renting or buying, as in `Placer`).
   */
  patienceMs(group: PoolGroup, crowd: ContainerCrowd): number {
    const waitMs = this.expectedWaitMs(group, crowd);
    if (waitMs === null) return 0;
    const startMs = this.#of(group).placement.at(crowd.containers);
    return waitMs < startMs ? startMs : 0;
  }

  /** For people. */
  view(group: PoolGroup): Pick<FrontPlacement, "lines" | "observations"> {
    const known = this.#versions.get(group);
    if (!known) return { lines: null, observations: [] };
    const { balancing, placement } = known;
    return {
      lines: { balancing: lineSeen(balancing, balancing), placement: lineSeen(placement, placement) },
      observations: known.seen.all(),
    };
  }

  #of(group: PoolGroup): Known {
    const known = this.#versions.get(group);
    if (known) return known;
    const first = this.#versions.keys().next().value;
    if (first !== undefined && this.#versions.size >= mostVersions) this.#versions.delete(first);
    const added = {
      ...{ balancing: new Line(balancingPrior), placement: new Line(placementPrior) },
      seen: new RecentObservations(),
    };
    this.#versions.set(group, added);
    return added;
  }
}
