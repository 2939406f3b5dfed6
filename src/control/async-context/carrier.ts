import { IsletError } from "../../core/errors.ts";

/** Names and sources of modules. */
export type Sources = readonly (readonly [name: string, source: string])[];
export type Carried =
  | { readonly source: string }
  | { readonly problem: string; readonly line?: number; readonly column?: number };

/** Has a process of its own rewrite sources: JSON in and out. Null: it came to an end for want of time, memory or stack. */
export type Parse = (input: string) => Promise<string | null>;

const smallCharacters = 2 ** 20;

/**
 * Rewrites modules so that AsyncLocalStorage has its context wherever they go on; see carry-context.ts. That is done in a
 * process of its own, one at a time of each size, because parsing whatever is uploaded may take all the time, memory and stack there is.
 */
export class ContextCarrier {
  readonly #parse: Parse;
  /** What is small does not wait for what is large, and takes a tenth of its time and memory. */
  readonly #turns = { small: Promise.resolve() as Promise<unknown>, large: Promise.resolve() as Promise<unknown> };

  constructor(parse: Parse) {
    this.#parse = parse;
  }

  /**
   * @returns the sources, in the same order.
   * @throws IsletError module_syntax, with the place if one is known.
   */
  carry(sources: Sources): Promise<string[]> {
    const characters = sources.reduce((sum, [, source]) => sum + source.length, 0);
    const size = characters > smallCharacters ? "large" : "small";
    const result = this.#turns[size].then(() => this.#rewritten(sources));
    // The next in turn runs whatever became of this one, whose caller gets the error.
    this.#turns[size] = result.catch(() => undefined);
    return result;
  }

  async #rewritten(sources: Sources): Promise<string[]> {
    const carried = carriedOf(await this.#parse(JSON.stringify(sources)), sources.length);
    if (carried === null) {
      throw new IsletError("module_syntax", "The modules are too large or nested too deeply for node:async_hooks.");
    }
    return carried.map((one, index) => {
      if ("source" in one) return one.source;
      const { problem, line, column } = one;
      const place = { module: sources[index]?.[0] ?? "", ...(line && { line }), ...(column && { column }) };
      throw new IsletError("module_syntax", `The module cannot be read: ${problem}.`, { place });
    });
  }
}

/** What a process says that may be in the hands of whoever uploaded what it read. Null: nothing of that form. */
function carriedOf(answer: string | null, count: number): readonly Carried[] | null {
  if (answer === null) return null;
  const said = fromJson(answer);
  if (!Array.isArray(said) || said.length !== count) return null;
  return said.every(isCarried) ? said : null;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isCarried(one: unknown): one is Carried {
  if (typeof one !== "object" || one === null) return false;
  if ("source" in one) return typeof one.source === "string";
  const isPlace = (value: unknown) => value === undefined || Number.isSafeInteger(value);
  const { problem, line, column } = one as Record<string, unknown>;
  return typeof problem === "string" && isPlace(line) && isPlace(column);
}
