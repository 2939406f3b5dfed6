import type { Random } from "../test/core/random.ts";

/** What inputs are changed with. */
export interface Material {
  readonly random: Random;
  readonly corpus: readonly Uint8Array[];
  readonly dictionary: readonly Uint8Array[];
}

const longestInput = 256 * 1024;
/** Numbers at which lengths and counts go wrong. */
const telling = [
  0, 1, 4, 5, 8, 9, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];

type Mutator = (input: Buffer, material: Material) => Buffer;

const flipBit: Mutator = (input, { random }) => {
  if (input.length === 0) return input;
  const at = random.below(input.length);
  input[at] = (input[at] ?? 0) ^ (1 << random.below(8));
  return input;
};

const setByte: Mutator = (input, { random }) => {
  if (input.length > 0) input[random.below(input.length)] = random.below(256);
  return input;
};

const setNumber: Mutator = (input, { random }) => {
  const width = random.pick([1, 2, 4]);
  if (input.length < width) return input;
  const at = random.below(input.length - width + 1);
  input.writeUIntLE(random.pick(telling) % 2 ** (width * 8), at, width);
  return input;
};

const remove: Mutator = (input, { random }) => {
  const [start, end] = span(input, random);
  return Buffer.concat([input.subarray(0, start), input.subarray(end)]);
};

const duplicate: Mutator = (input, { random }) => {
  const [start, end] = span(input, random);
  const times = random.below(10) === 0 ? random.below(200) : 1;
  const copies = Array.from({ length: times }, () => input.subarray(start, end));
  return Buffer.concat([input.subarray(0, end), ...copies, input.subarray(end)]);
};

const move: Mutator = (input, { random }) => {
  const [start, end] = span(input, random);
  const rest = Buffer.concat([input.subarray(0, start), input.subarray(end)]);
  return insert(rest, random.below(rest.length + 1), input.subarray(start, end));
};

const addWord: Mutator = (input, { random, dictionary }) => {
  if (dictionary.length === 0) return input;
  return insert(input, random.below(input.length + 1), random.pick(dictionary));
};

const addBytes: Mutator = (input, { random }) =>
  insert(input, random.below(input.length + 1), random.bytes(1 + random.below(16)));

const cutOff: Mutator = (input, { random }) => input.subarray(0, random.below(input.length + 1));

/** The beginning of this and the end of another. */
const splice: Mutator = (input, { random, corpus }) => {
  const other = random.pick(corpus);
  return Buffer.concat([
    input.subarray(0, random.below(input.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
};

const mutators = [flipBit, setByte, setNumber, remove, duplicate, move, addWord, addBytes, cutOff, splice, addWord];

/** An input of the corpus with one to eight changes. */
export function mutated(material: Material): Uint8Array {
  const { random, corpus } = material;
  let input: Buffer = Buffer.from(random.pick(corpus));
  for (let left = 1 + random.below(8); left > 0; left--) input = Buffer.from(random.pick(mutators)(input, material));
  return input.subarray(0, longestInput);
}

function span(input: Buffer, random: Random): [number, number] {
  const start = random.below(input.length + 1);
  const longest = random.below(4) === 0 ? input.length - start : Math.min(32, input.length - start);
  return [start, start + random.below(longest + 1)];
}

function insert(input: Buffer, at: number, piece: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(at)]);
}
