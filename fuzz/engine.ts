import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { randomFrom } from "../test/core/random.ts";
import { mutated } from "./mutators.ts";
import type { RunningTarget, Target } from "./target.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const inputsBetweenChecks = 100;

/** An input that does harm; the message says in which file it is kept. */
export class Found extends Error {
  override readonly name = "Found";
}

/** The seed corpus of a target, and inputs that did harm once, in the order of their names. */
export function corpusOf(target: Target): Map<string, Uint8Array> {
  const path = join(folder, "corpus", target.name);
  return new Map(
    readdirSync(path)
      .sort()
      .map((name) => [name, readFileSync(join(path, name))]),
  );
}

/** Runs every input of the corpus once. @throws Found */
export async function runCorpus(target: Target, running: RunningTarget): Promise<number> {
  const corpus = [...corpusOf(target).values()];
  for (const input of corpus) await runOne(target, running, input);
  await checked(target, running, corpus.slice(-1));
  return corpus.length;
}

/**
 * Runs changed inputs for so long, the same ones in the same order for the same seed.
 * @throws Found
 */
export async function runRandom(
  target: Target,
  running: RunningTarget,
  seed: number,
  seconds: number,
  stop: AbortSignal = AbortSignal.timeout(2 ** 31 - 1),
): Promise<number> {
  const material = {
    random: randomFrom(seed),
    corpus: [...corpusOf(target).values()],
    dictionary: target.dictionary.map((word) => Buffer.from(word, "latin1")),
  };
  const until = performance.now() + seconds * 1_000;
  let recent: Uint8Array[] = [];
  let inputs = 0;
  while (performance.now() < until && !stop.aborted) {
    const input = mutated(material);
    recent.push(input);
    await runOne(target, running, input);
    inputs++;
    if (recent.length < inputsBetweenChecks) continue;
    await checked(target, running, recent);
    recent = [];
  }
  await checked(target, running, recent);
  return inputs;
}

async function runOne(target: Target, running: RunningTarget, input: Uint8Array): Promise<void> {
  const uncaught = nextUncaught();
  try {
    await Promise.race([running.run(input), uncaught.thrown]);
  } catch (error) {
    throw new Found(harm(target, [input], error), { cause: error });
  } finally {
    uncaught.forget();
  }
}

/** All inputs since the last check are kept: which one it was is not known. */
async function checked(target: Target, running: RunningTarget, recent: readonly Uint8Array[]): Promise<void> {
  try {
    await running.check();
  } catch (error) {
    throw new Found(harm(target, recent, error), { cause: error });
  }
}

/** What nobody catches while an input runs in this process. */
function nextUncaught(): { thrown: Promise<never>; forget(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  process.on("uncaughtException", reject);
  process.on("unhandledRejection", reject);
  return {
    thrown: promise,
    forget: () => {
      process.off("uncaughtException", reject);
      process.off("unhandledRejection", reject);
    },
  };
}

function harm(target: Target, inputs: readonly Uint8Array[], error: unknown): string {
  const what = error instanceof Error ? error.message : String(error);
  return `${target.name}: ${what}; the input is kept as ${keep(target, inputs)}`;
}

function keep(target: Target, inputs: readonly Uint8Array[]): string {
  const path = join(folder, "failures", target.name);
  mkdirSync(path, { recursive: true });
  const files = inputs.map((input) => {
    const file = join(path, `${createHash("sha256").update(input).digest("hex").slice(0, 16)}.bin`);
    writeFileSync(file, input);
    return file;
  });
  return files.length === 1 ? (files[0] as string) : path;
}
