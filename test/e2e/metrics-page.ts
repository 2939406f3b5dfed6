/** A page in Prometheus' text format. */
export class MetricsPage {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The sum of the samples of a metric whose labels have these values. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.samples(name)
      .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
      .reduce((sum, sample) => sum + sample.value, 0);
  }

  samples(name: string): { labels: Record<string, string>; value: number }[] {
    const lines = this.text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, "gm"));
    return [...lines].map(([, labels = "", value]) => ({
      labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text])),
      value: Number(value),
    }));
  }
}
