import { writeU32 } from "../../src/isolate/wasm-reader.ts";

/** Small WebAssembly modules, made by hand: there is no compiler for them here. */

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export type Part = readonly number[];

export const module = (...sections: Part[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...header, ...sections.flat()]);

export function section(id: number, content: Part): Part {
  return [id, ...writeU32(content.length), ...content];
}

const list = (id: number, items: readonly Part[]): Part => section(id, [...writeU32(items.length), ...items.flat()]);

export function text(value: string): Part {
  const bytes = Buffer.from(value);
  return [...writeU32(bytes.length), ...bytes];
}

/** Type 0: no parameters; type 1: a number to a number. */
export const types = list(1, [
  [0x60, 0, 0],
  [0x60, 1, 0x7f, 1, 0x7f],
]);

export const imports = (...items: Part[]): Part => list(2, items);
export const imported = (from: string, name: string, what: Part): Part => [...text(from), ...text(name), ...what];
export const aFunction: Part = [0, 0];
export const aTable: Part = [1, 0x70, 0, 1];
export const aGlobal: Part = [3, 0x7f, 0];
export const aMemory = (limits: Part): Part => [2, ...limits];

export const limits = (initial: number, maximum?: number): Part =>
  maximum === undefined ? [0, ...writeU32(initial)] : [1, ...writeU32(initial), ...writeU32(maximum)];
export const memories = (...items: Part[]): Part => list(5, items);

export const functions = (...typeOfEach: number[]): Part =>
  list(
    3,
    typeOfEach.map((type) => [type]),
  );
export const exports = (...items: readonly (readonly [string, kind: number, index: number])[]): Part =>
  list(
    7,
    items.map(([name, kind, index]) => [...text(name), kind, index]),
  );
export const start = (index: number): Part => section(8, [index]);
export const code = (...bodies: Part[]): Part =>
  list(
    10,
    bodies.map((body) => [...writeU32(body.length + 2), 0, ...body, 0x0b]),
  );
export const custom = (name: string): Part => section(0, [...text(name), 1, 2, 3]);

/** memory.grow of the first memory by the parameter. */
export const growBody: Part = [0x20, 0, 0x40, 0];
/** Grows the first memory by 2 MiB until that fails, and then traps. */
export const growForEver: Part = [0x03, 0x40, 0x41, 32, 0x40, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b, 0x00];

/** A memory, exported as "memory", and grow(pages). */
export const growing = (of: Part = limits(1)): Uint8Array<ArrayBuffer> =>
  module(types, functions(1), memories(of), exports(["memory", 2, 0], ["grow", 0, 0]), code(growBody));

/** The same with the memory kept to itself. */
export const growingInside = (of: Part = limits(1)): Uint8Array<ArrayBuffer> =>
  module(types, functions(1), memories(of), exports(["grow", 0, 0]), code(growBody));

/** As the source of a Uint8Array. */
export const source = (bytes: Uint8Array): string => `new Uint8Array([${bytes.join(",")}])`;
