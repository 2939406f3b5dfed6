const births = "islet_isolate_start_seconds_count";
const deaths = "islet_isolate_deaths_total";
const isolatesByPool = "islet_warm_isolates";
const childDeaths = "islet_child_deaths_total";

type Labels = Readonly<Record<string, string>>;

/**
 * Isolates' births and deaths, summed up over the lives of the pool processes, which take their
 * counts with them. What a process counted between the last look and its death is missing, so that
 * the sums are never more than the truth.
 */
export class Counters {
  births = 0;
  /** By reason. */
  readonly deaths = new Map<string, number>();
  /** Unexpected and expected ends of child processes, "pool crashed": 3. */
  childDeaths = new Map<string, number>();
  #before: Page | undefined;
  #pools = "";

  read(text: string): void {
    const page = new Page(text);
    const pools = page
      .samples(isolatesByPool)
      .map(({ labels }) => labels.pool)
      .toSorted()
      .join();
    // Only the same processes' counts can be compared; one that was too busy to be asked is missing.
    if (this.#before && pools === this.#pools) this.#add(page, this.#before);
    this.#before = page;
    this.#pools = pools;
    this.childDeaths = new Map(
      page.samples(childDeaths).map(({ labels, value }) => [`${labels.kind} ${labels.reason}`, value]),
    );
  }

  #add(now: Page, before: Page): void {
    this.births += Math.max(0, now.sum(births, {}) - before.sum(births, {}));
    for (const { labels } of now.samples(deaths)) {
      const reason = String(labels.reason);
      const more = now.sum(deaths, { reason }) - before.sum(deaths, { reason });
      this.deaths.set(reason, (this.deaths.get(reason) ?? 0) + Math.max(0, more));
    }
  }
}

/** A page in Prometheus' text format. */
class Page {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  sum(name: string, wanted: Labels): number {
    return this.samples(name)
      .filter(({ labels }) => Object.entries(wanted).every(([label, value]) => labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  samples(name: string): { labels: Labels; value: number }[] {
    return [...this.#text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, "gm"))].map(
      ([, labels = "", value]) => ({
        labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text])),
        value: Number(value),
      }),
    );
  }
}
