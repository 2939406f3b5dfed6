import type { Bitmap } from "./bitmap.ts";

/** Scales a picture with Lanczos' kernel: rows first, then columns. */
export function resize({ width, height, pixels }: Bitmap, newWidth: number, newHeight: number): Bitmap {
  const rows = new Float32Array(newWidth * height * 3);
  scale(pixels, rows, width, newWidth, height, 3, width * 3, newWidth * 3);
  const all = new Float32Array(newWidth * newHeight * 3);
  scale(rows, all, height, newHeight, newWidth, newWidth * 3, 3, 3);
  return { width: newWidth, height: newHeight, pixels: Uint8ClampedArray.from(all) as unknown as Uint8Array };
}

const lobes = 3;

/** Of `lines` lines, `from` samples to `to`. Steps are those between samples of a line, and between lines. */
function scale(
  source: Uint8Array | Float32Array,
  target: Float32Array,
  from: number,
  to: number,
  lines: number,
  step: number,
  sourceLine: number,
  targetLine: number,
): void {
  const ratio = from / to;
  const reach = lobes * Math.max(1, ratio);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * ratio - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    const weights: number[] = [];
    for (let j = first; j <= last; j++) weights.push(lanczos((j - centre) / Math.max(1, ratio)));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (let line = 0; line < lines; line++) {
      for (let channel = 0; channel < 3; channel++) {
        let value = 0;
        for (let j = first; j <= last; j++) {
          value += (source[line * sourceLine + j * step + channel] as number) * (weights[j - first] as number);
        }
        target[line * targetLine + i * step + channel] = value / sum;
      }
    }
  }
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= lobes) return 0;
  const angle = Math.PI * x;
  return (lobes * Math.sin(angle) * Math.sin(angle / lobes)) / (angle * angle);
}
