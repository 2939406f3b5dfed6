/*
 * Programs made at random, all of whose steps are in an order that nobody else's microtasks change. Between any two steps other
 * code runs and leaves its own store behind. Each program gives its steps with the store that each saw.
 */

/** What they call. Its own code waits too, so that it is rewritten as they are. */
const tools = `
  const seen = [];
  let flips = 0, calls = 0;
  const noisy = async () => { for (let i = 0; i < 40; i++) await null; };
  const noise = () => void als.run("noise", noisy);
  const log = (step) => { if (seen.length < 400) seen.push([step, als.getStore() ?? "none"]); };
  const flip = () => ++flips % 2 === 0;
  const rest = async () => { noise(); await als.run("noise", async () => { await null; await null; }); };
  const reject = async () => { noise(); await null; throw new Error("rejected"); };
  const thenable = () => ({ then(resolve) { log("then"); noise(); setTimeout(() => { log("later"); resolve(5); }, 0); } });
  const late = (step) => ({ async [Symbol.asyncDispose]() { log("late" + step); await rest(); } });
  const prompt = (step) => ({ [Symbol.dispose]() { log("prompt" + step); noise(); } });`;

/** What is around a place in a program, and may be left from it. */
interface Around {
  readonly isGenerator?: boolean;
  readonly returns?: boolean;
  readonly labels: readonly string[];
  readonly loops: readonly string[];
}

/** Source of an expression: a function that is given an AsyncLocalStorage, and runs the program of that number. */
export function asyncProgram(seed: number): string {
  return new Writing(seed).program();
}

class Writing {
  #state: number;
  #steps = 0;
  /** Statements that may still be made, so that no program is long. */
  #left = 0;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 2_654_435_761) || 1;
    for (let i = 0; i < 5; i++) this.#random();
  }

  program(): string {
    const generators = [0, 1, 2].map((n) => {
      this.#left = 15;
      const body = this.#statements({ isGenerator: true, returns: true, labels: [], loops: [] }, 3);
      return `async function* generator${n}() { if (++calls > 25) return; ${body} }`;
    });
    this.#left = 60;
    const around = { returns: true, labels: [], loops: [] };
    const main = `async () => { ${this.#statements(around, 5)} ${this.#statements(around, 5)} }`;
    return `async (als) => { ${tools} ${generators.join(" ")}
      try { await als.run("main", ${main}); } catch ({ message }) { log(message); } return seen; }`;
  }

  /** Xorshift: the same for the same seed. */
  #random(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }

  #step(): string {
    return `log(${++this.#steps})`;
  }

  #generator(): string {
    return `generator${this.#pick([0, 1, 2])}()`;
  }

  #expression(around: Around, depth: number): string {
    if (depth <= 0 || --this.#left < 0) return this.#pick(["1", "undefined", `(${this.#step()}, 2)`]);
    const e = () => this.#expression(around, depth - 1);
    const inner = () => `async () => { ${this.#statements({ labels: [], loops: [] }, depth - 1)} }`;
    const kinds = [
      ...[
        () => `await ${e()}`,
        () => `await (${e()}, noise(), ${e()})`,
        () => "await rest()",
        () => "await thenable()",
      ],
      ...[() => `[${e()}, ...(await [${e()}])]`, () => `(${e()} ? ${e()} : ${e()})`, () => `(${e()} ?? ${e()})`],
      ...[
        () => `await als.run("r${++this.#steps}", ${inner()})`,
        () => `await Promise.all([${e()}, rest(), thenable()])`,
      ],
      ...[
        () => `await reject().catch(() => ${this.#step()})`,
        () => `await Promise.resolve(thenable()).then(() => ${this.#step()})`,
      ],
      () =>
        `await Array.fromAsync(${this.#generator()}, async (x) => { ${this.#step()}; await rest(); ${this.#step()}; return x; })`,
      () =>
        `await (async () => { class K { static [await (noise(), "k")] = ${this.#step()}; } ${this.#step()}; return K.k; })()`,
      () => `await (async (it = als.run("made", () => ${this.#generator()})) => { for (const name of ["x", "y"]) {
        noise(); await als.run(name, async () => { await it.next(); ${this.#step()}; }); await null; } })()`,
    ];
    if (around.isGenerator) {
      kinds.push(
        ...[() => `(yield ${e()})`, () => "(yield rest())", () => "(yield)", () => `(yield* ${this.#generator()})`],
      );
    }
    return this.#pick(kinds)();
  }

  #statements(around: Around, depth: number): string {
    return Array.from({ length: this.#pick([1, 2, 3]) }, () => this.#statement(around, depth)).join("\n");
  }

  #statement(around: Around, depth: number): string {
    if (depth <= 0 || --this.#left < 0) return `${this.#step()};`;
    const { labels, loops } = around;
    const label = `at${++this.#steps}`;
    const block = (within = around) => `{ ${this.#statements(within, depth - 1)} }`;
    const body = (within = around) => (this.#random() < 0.6 ? block(within) : this.#statement(within, depth - 1));
    const loop = (head: string) =>
      `${label}: ${head} ${body({ ...around, labels: [...labels, label], loops: [...loops, label] })}`;
    const resources = () => `[late(${++this.#steps}), late(${++this.#steps})]`;
    const kinds = [
      ...[() => `${this.#step()};`, () => `${this.#expression(around, 2)};`, () => "noise();", () => "await reject();"],
      ...[() => `try ${block()} catch ${block()}`, () => `try ${block()} finally ${block()}`],
      () =>
        `try ${block()} catch ({ message = ${this.#step()}, more = ${this.#step()} }) ${block()} finally ${block()}`,
      () => `if (${this.#expression(around, 1)}) ${body()} else ${body()}`,
      () => loop(`for (let i = 0; i < 2; i++)`),
      () => loop(`for await (const x of ${this.#pick([this.#generator(), "[1, rest()]", "[reject()]"])})`),
      ...[
        () => loop(`for (await using x of ${resources()})`),
        () => loop(`for await (await using x of ${resources()})`),
      ],
      () => `${label}: ${block({ ...around, labels: [...labels, label] })}`,
      () => `{ await using a = late(${++this.#steps}), b = null; using c = prompt(${++this.#steps}); ${block()} }`,
      () => `{ using a = prompt(${++this.#steps}); await using b = late(${++this.#steps}); ${block()} }`,
      () => `switch (${this.#expression(around, 1)}) { case 1: ${block()} default: ${block()} }`,
    ];
    if (labels.length > 0)
      kinds.push(
        () => `if (flip()) break ${this.#pick(labels)};`,
        () => `break ${this.#pick(labels)};`,
      );
    if (loops.length > 0) kinds.push(() => `if (flip()) continue ${this.#pick(loops)};`);
    if (around.returns) kinds.push(() => `if (flip()) return ${this.#expression(around, 2)};`);
    if (around.isGenerator) kinds.push(() => `yield ${this.#expression(around, 1)};`);
    return this.#pick(kinds)();
  }
}
