import { spread } from "../statistics.ts";
import type { PolicyOutcomes, WorkloadOutcomes } from "./run-all.ts";
import type { Outcome } from "./simulation.ts";

const [panelWidth, panelHeight, left, top, gap] = [250, 330, 130, 58, 24];
const row = 26;
const ink = "#333";
const [ours, theirs] = ["#c2410c", "#64748b"];

interface Panel {
  readonly title: string;
  readonly of: (outcome: Outcome) => number | null;
}

const panels: readonly Panel[] = [
  { title: "p50, ms", of: ({ p50Ms }) => p50Ms },
  { title: "p99, ms", of: ({ p99Ms }) => p99Ms },
  { title: "p99 of what is added, ms", of: ({ addedP99Ms }) => addedP99Ms },
  { title: "cold starts, %", of: ({ coldRatio }) => coldRatio * 100 },
  { title: "memory held, MB", of: ({ heldMb }) => heldMb },
  { title: "not at home, %", of: ({ hopRatio }) => (hopRatio === null ? null : hopRatio * 100) },
];

/** One workload as SVG: a panel for each figure, a line for each policy from the least to the most over the seeds. */
export function plot({ workload, policies }: WorkloadOutcomes): string {
  const width = left + panels.length * (panelWidth + gap);
  const height = Math.min(panelHeight, top + policies.length * row + 44);
  const names = policies.map(({ policy }, i) => label(left - 10, rowY(i), policy, "end", colour(policy)));
  const drawn = panels.map((panel, i) => panelOf(panel, policies, left + i * (panelWidth + gap), height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${left}" y="20" font-size="14" fill="${ink}">${workload}: less is better; logarithmic; bars from the least to the most over the seeds</text>`,
    ...names,
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

function panelOf({ title, of }: Panel, policies: readonly PolicyOutcomes[], x: number, height: number): string {
  const values = policies.map(({ outcomes }) => outcomes.map(of).filter((value) => value !== null));
  const all = values.flat().map((value) => Math.max(value, 1e-3));
  const [low, high] = [Math.min(...all) / 1.15, Math.max(...all) * 1.15];
  const at = (value: number) =>
    x + (panelWidth * Math.log(Math.max(value, 1e-3) / low)) / Math.max(1e-9, Math.log(high / low));
  const bottom = height - 30;
  const marks = policies.map(({ policy }, i) => {
    const seen = values[i] ?? [];
    if (seen.length === 0) return "";
    const { median, min, max } = spread(seen);
    const y = rowY(i);
    const bar = `<line x1="${f(at(min))}" x2="${f(at(max))}" y1="${y}" y2="${y}" stroke="${colour(policy)}" stroke-width="5"/>`;
    const dot = `<circle cx="${f(at(median))}" cy="${y}" r="5" fill="${colour(policy)}"/>`;
    const isRight = at(median) > x + panelWidth * 0.75;
    return bar + dot + label(at(median) + (isRight ? -9 : 9), y, short(median), isRight ? "end" : "start", ink);
  });
  const axis = `<line x1="${x}" x2="${x + panelWidth}" y1="${bottom}" y2="${bottom}" stroke="${ink}"/>`;
  const ends =
    label(x, bottom + 14, short(low), "start", ink) + label(x + panelWidth, bottom + 14, short(high), "end", ink);
  return [label(x, 42, title, "start", ink), axis, ends, ...marks].join("\n");
}

function rowY(i: number): number {
  return top + i * row + 8;
}

function colour(policy: string): string {
  return policy.startsWith("Islet") ? ours : theirs;
}

function label(x: number, y: number, text: string, anchor: "start" | "end", fill: string): string {
  return `<text x="${f(x)}" y="${f(y + 4)}" text-anchor="${anchor}" fill="${fill}">${text}</text>`;
}

function short(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(2);
}

function f(value: number): string {
  return value.toFixed(1);
}
