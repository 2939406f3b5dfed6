/** Bytes that are no WebAssembly module, or one of a kind that V8 takes only with flags. */
export class Malformed extends Error {}

/** Reads the binary format of WebAssembly, never past `end`. */
export class WasmReader {
  readonly #bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.at === this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new Malformed("it ends too early");
    return this.#bytes[this.at++] as number;
  }

  /** An unsigned number of 32 bits: up to five bytes of seven bits, the lowest first. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Malformed("a number is too long");
  }

  /** A number of up to 64 bits whose value does not matter. */
  skipNumber(): void {
    for (let i = 0; i < 10; i++) if (this.byte() < 0x80) return;
    throw new Malformed("a number is too long");
  }

  /** The next `length` bytes, for themselves. */
  part(length: number): WasmReader {
    if (length > this.end - this.at) throw new Malformed("it ends too early");
    const part = new WasmReader(this.#bytes, this.at, this.at + length);
    this.at += length;
    return part;
  }

  /** A name, of which only ASCII can be told apart from others. */
  name(): string {
    const { at, end } = this.part(this.u32());
    return String.fromCharCode.apply(undefined, [...this.#bytes.subarray(at, Math.min(end, at + longestName))]);
  }
}

/** Bytes of a name that are looked at: more than the one that is sought has. */
const longestName = 32;

/** `value` as WebAssembly writes it. */
export function writeU32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
