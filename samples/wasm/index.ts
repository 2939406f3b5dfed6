import mandelbrot from "./mandelbrot.wasm";

interface Exports {
  readonly memory: WebAssembly.Memory;
  render(width: number, height: number, limit: number): void;
}

const { memory, render } = new WebAssembly.Instance(mandelbrot).exports as unknown as Exports;

/** From far outside the set to inside it. */
const shades = " .:-=+*#%@";
const iterations = 90;

export default {
  fetch(request: Request): Response {
    const { searchParams } = new URL(request.url);
    const width = size(searchParams.get("width"), 64, 200);
    const height = size(searchParams.get("height"), 24, 100);

    render(width, height, iterations);
    const counts = new Uint8Array(memory.buffer, 0, width * height);
    return new Response(draw(counts, width), { headers: { "content-type": "text/plain; charset=utf-8" } });
  },
};

function draw(counts: Uint8Array, width: number): string {
  const shade = (count: number): string => shades[Math.floor((count * (shades.length - 1)) / iterations)] ?? " ";
  let picture = "";
  for (let row = 0; row < counts.length; row += width) {
    picture += `${Array.from(counts.subarray(row, row + width), shade).join("")}\n`;
  }
  return picture;
}

function size(text: string | null, otherwise: number, atMost: number): number {
  const number = Number.parseInt(text ?? "", 10);
  return number >= 1 ? Math.min(number, atMost) : otherwise;
}
