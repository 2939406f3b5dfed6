import { Gauge, type Registry } from "prom-client";

/** Gives a function that registers gauges of one process, which are read when the metrics are asked for. */
export function processGauges(
  registry: Registry,
  label: Readonly<Record<string, string>>,
): (name: string, help: string, value: () => number) => void {
  return (name, help, value) => {
    new Gauge({
      name,
      help,
      labelNames: Object.keys(label),
      registers: [registry],
      collect() {
        this.set(label, value());
      },
    });
  };
}
