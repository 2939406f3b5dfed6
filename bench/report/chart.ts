import { metrics } from "../metrics.ts";
import { type PeerSummary, type ScenarioResult, summarize } from "./result.ts";
import { format } from "./table.ts";

const width = 760;
const left = 110;
const barMax = 480;
const barHeight = 18;
const barGap = 6;
const titleHeight = 34;
const groupGap = 18;

const colours: Readonly<Record<string, string>> = {
  "node:http": "#8c959f",
  Hono: "#e36002",
  workerd: "#6e56cf",
  Islet: "#0a7d6c",
};

/** Horizontal bars of each scenario's main metric, each scenario on a scale of its own. */
export function chart(results: readonly ScenarioResult[]): string {
  let y = 10;
  const groups: string[] = [];
  for (const result of results) {
    const summary = [...summarize(result)];
    groups.push(group(result, summary, y));
    y += titleHeight + summary.length * (barHeight + barGap) + groupGap;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" font-family="system-ui, sans-serif" font-size="13">
<title>Islet and its peers</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${groups.join("\n")}
</svg>
`;
}

function group(
  { title, main }: ScenarioResult,
  summary: readonly (readonly [string, PeerSummary])[],
  top: number,
): string {
  const { label, better, digits } = metrics[main];
  const most = Math.max(...summary.map(([, values]) => values[main]?.max ?? 0), Number.MIN_VALUE);
  const heading = `<text x="10" y="${top + 18}" font-weight="600" fill="#1f2328">${escaped(title)}</text>
<text x="${width - 10}" y="${top + 18}" text-anchor="end" fill="#59636e">${label}, ${better} is better</text>`;
  const bars = summary.map(([peer, values], i) => {
    const known = values[main];
    const { median, min, max } = known ?? { median: 0, min: 0, max: 0 };
    const x = (value: number): number => Math.round(left + (value / most) * barMax);
    const y = top + titleHeight + i * (barHeight + barGap);
    const middle = y + barHeight / 2;
    return `<text x="${left - 8}" y="${middle + 5}" text-anchor="end" fill="#1f2328">${escaped(peer)}</text>
<rect x="${left}" y="${y}" width="${Math.max(1, x(median) - left)}" height="${barHeight}" rx="2" fill="${colours[/^[\w:]+/.exec(peer)?.[0] ?? ""] ?? "#57606a"}"/>
<path d="M${x(min)} ${middle}H${x(max)}M${x(min)} ${middle - 4}v8M${x(max)} ${middle - 4}v8" stroke="#1f2328" fill="none"/>
<text x="${x(max) + 8}" y="${middle + 5}" fill="#1f2328">${known ? format(median, digits) : "none"}</text>`;
  });
  return [heading, ...bars].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
