/** A picture of 24 bits a pixel, row by row from the top. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const headBytes = 54;

/** Reads a BMP file of 24 bits a pixel. @throws Error when it is none. */
export function readBmp(file: Uint8Array): Bitmap {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < headBytes || view.getUint16(0) !== 0x424d) throw new Error("this is no BMP file");
  const width = view.getInt32(18, true);
  const rows = view.getInt32(22, true);
  const height = Math.abs(rows);
  if (view.getUint16(28, true) !== 24 || view.getUint32(30, true) !== 0) throw new Error("only BMP files of 24 bits");
  const start = view.getUint32(10, true);
  const stride = strideOf(width);
  if (width <= 0 || height === 0 || start + stride * height > file.length) throw new Error("the BMP file is broken");
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    // From the bottom up, unless the height is negative.
    const from = start + stride * (rows > 0 ? height - 1 - y : y);
    pixels.set(file.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, pixels };
}

export function writeBmp({ width, height, pixels }: Bitmap): Uint8Array<ArrayBuffer> {
  const stride = strideOf(width);
  const file = new Uint8Array(headBytes + stride * height);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x424d);
  view.setUint32(2, file.length, true);
  view.setUint32(10, headBytes, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++) {
    file.set(pixels.subarray(y * width * 3, (y + 1) * width * 3), headBytes + stride * (height - 1 - y));
  }
  return file;
}

function strideOf(width: number): number {
  return Math.ceil((width * 3) / 4) * 4;
}
