import { type Bitmap, readBmp, writeBmp } from "./bitmap.ts";
import { resize } from "./resize.ts";

/** Of the picture that is there without one of the client's. */
const ownWidth = 2_400;
const ownHeight = 1_600;
const widest = 1_000;

export default {
  async fetch(request: Request): Promise<Response> {
    const width = Number(new URL(request.url).searchParams.get("width") ?? 320);
    if (!Number.isInteger(width) || width < 1 || width > widest) return refusal(`width must be 1 to ${widest}`);
    let picture: Bitmap;
    try {
      picture = request.method === "POST" ? readBmp(new Uint8Array(await request.arrayBuffer())) : rings();
    } catch (error) {
      return refusal((error as Error).message);
    }
    const height = Math.max(1, Math.round((picture.height * width) / picture.width));
    return new Response(writeBmp(resize(picture, width, height)), { headers: { "content-type": "image/bmp" } });
  },
};

/** Rings that come ever closer: what a poor filter makes patterns of that are not there. */
function rings(): Bitmap {
  const pixels = new Uint8Array(ownWidth * ownHeight * 3);
  for (let y = 0, at = 0; y < ownHeight; y++) {
    for (let x = 0; x < ownWidth; x++, at += 3) {
      const dx = x - ownWidth / 2;
      const dy = y - ownHeight / 2;
      const wave = Math.cos((dx * dx + dy * dy) / 3_000);
      pixels[at] = 128 + 127 * wave;
      pixels[at + 1] = (x * 255) / ownWidth;
      pixels[at + 2] = (y * 255) / ownHeight;
    }
  }
  return { width: ownWidth, height: ownHeight, pixels };
}

function refusal(message: string): Response {
  return new Response(`${message}\n`, { status: 400, headers: { "content-type": "text/plain; charset=utf-8" } });
}
