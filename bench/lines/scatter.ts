export interface Seen {
  readonly x: number;
  readonly ms: number;
}

export interface Panel {
  readonly title: string;
  readonly xLabel: string;
  readonly seen: readonly Seen[];
  readonly line: { readonly slopeMs: number; readonly interceptMs: number };
}

const [width, height, gap] = [380, 300, 20];
const frame = { left: 52, right: 12, top: 44, bottom: 42 };

/** What was seen as points, with the line that was learnt of it; a panel each, side by side. */
export function scatter(panels: readonly Panel[]): string {
  const whole = panels.length * (width + gap) - gap;
  const drawn = panels.map((panel, i) => `<g transform="translate(${i * (width + gap)} 0)">${draw(panel)}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${whole} ${height}" width="${whole}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>Learnt lines and what was seen</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${drawn.join("\n")}
</svg>
`;
}

function draw({ title, xLabel, seen, line }: Panel): string {
  const mostX = Math.max(1, ...seen.map(({ x }) => x));
  const sorted = seen.map(({ ms }) => ms).sort((a, b) => a - b);
  // One of a hundred may be far out: it is drawn at the edge.
  const usual = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 1;
  const mostMs = 1.1 * Math.max(usual, line.slopeMs * mostX + line.interceptMs);
  const px = (x: number): number => round(frame.left + (x / mostX) * (width - frame.left - frame.right));
  const py = (ms: number): number =>
    round(height - frame.bottom - (Math.min(ms, mostMs) / mostMs) * (height - frame.top - frame.bottom));
  const points = seen.map(({ x, ms }) => `<circle cx="${px(x)}" cy="${py(ms)}" r="2.2"/>`);
  const equation = `${line.slopeMs.toFixed(2)} · x + ${line.interceptMs.toFixed(2)} ms`;
  const ticks = [0, 0.5, 1].flatMap((part) => [
    text(px(part * mostX), height - frame.bottom + 16, "middle", number(part * mostX)),
    text(frame.left - 6, py((part * mostMs) / 1.1) + 4, "end", number((part * mostMs) / 1.1)),
  ]);
  return `${text(frame.left, 18, "start", title, "600")}
${text(frame.left, 34, "start", `${equation}, ${seen.length} seen`)}
<path d="M${frame.left} ${frame.top}V${height - frame.bottom}H${width - frame.right}" stroke="#8c959f" fill="none"/>
<g fill="#6e56cf" fill-opacity="0.35">${points.join("")}</g>
<path d="M${px(0)} ${py(line.interceptMs)}L${px(mostX)} ${py(line.interceptMs + line.slopeMs * mostX)}" stroke="#0a7d6c" stroke-width="2"/>
${ticks.join("\n")}
${text((frame.left + width) / 2, height - 8, "middle", xLabel)}
${text(8, frame.top - 4, "start", "ms")}`;
}

function text(x: number, y: number, anchor: string, content: string, weight = "400"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-weight="${weight}" fill="#1f2328">${content}</text>`;
}

function number(value: number): string {
  return value.toFixed(value < 10 && value % 1 !== 0 ? 1 : 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
