import type { AtEnd } from "./end-tag.ts";
import type { Step } from "./selector.ts";
import type { NamedValues } from "./tree-context.ts";

/** A selector's step, and whose it is. */
interface Waiting {
  readonly step: Step;
  readonly handler: number;
}

/** An element whose end tag has not come yet. */
export interface OpenElement {
  readonly name: string;
  /** Handlers that its selectors stand for. */
  readonly matched: readonly number[];
  contentRemoved: boolean;
  /** Undefined when nobody wants anything of its end tag. */
  atEnd: AtEnd | undefined;
  children: number;
  childrenOfType: Map<string, number> | undefined;
  /** Steps that its children may take, and all within it. */
  readonly forChildren: readonly Waiting[];
  readonly forDescendants: readonly Waiting[];
}

/**
 * The open elements, and how far selectors have come with them: each is looked at from its outermost element inwards, so
 * that nothing of an element must be kept but which steps come next.
 */
export class OpenElements {
  readonly #stack: OpenElement[];
  readonly #countsTypes: boolean;

  /** `selectors`, by handler, each of several complex selectors. */
  constructor(selectors: readonly (readonly Step[])[], countsTypes: boolean) {
    const forDescendants = selectors.flatMap((steps, handler) => steps.map((step) => ({ step, handler })));
    this.#stack = [newElement("", [], [], forDescendants)];
    this.#countsTypes = countsTypes;
  }

  /** The element that this start tag opens; in the order of their registration, the handlers that it matches. */
  match(name: string, attributes: NamedValues): OpenElement {
    const parent = this.#top;
    const candidate = { name, index: ++parent.children, indexOfType: this.#countOfType(parent, name), attributes };
    let forDescendants = parent.forDescendants;
    const forChildren: Waiting[] = [];
    const matched: number[] = [];
    const advance = ({ step, handler }: Waiting): void => {
      if (!step.test(candidate)) return;
      if (!step.next) {
        if (!matched.includes(handler)) matched.push(handler);
        return;
      }
      const waiting = { step: step.next.step, handler };
      if (step.next.within === "child") forChildren.push(waiting);
      else if (!forDescendants.some((known) => known.step === waiting.step)) {
        forDescendants = [...forDescendants, waiting];
      }
    };
    for (const waiting of parent.forDescendants) advance(waiting);
    for (const waiting of parent.forChildren) advance(waiting);
    if (matched.length > 1) matched.sort((a, b) => a - b);
    return newElement(name, matched, forChildren, forDescendants);
  }

  push(element: OpenElement): void {
    this.#stack.push(element);
  }

  /** What an end tag closes, from the innermost; nothing if there is no such element. */
  close(name: string): OpenElement[] {
    for (let i = this.#stack.length - 1; i > 0; i--) {
      if (this.#stack[i]?.name === name) return this.#stack.splice(i).reverse();
    }
    return [];
  }

  #countOfType(parent: OpenElement, name: string): number {
    if (!this.#countsTypes) return 0;
    parent.childrenOfType ??= new Map();
    const count = (parent.childrenOfType.get(name) ?? 0) + 1;
    parent.childrenOfType.set(name, count);
    return count;
  }

  get #top(): OpenElement {
    return this.#stack.at(-1) as OpenElement;
  }
}

function newElement(
  name: string,
  matched: readonly number[],
  forChildren: readonly Waiting[],
  forDescendants: readonly Waiting[],
): OpenElement {
  return {
    ...{ name, matched, contentRemoved: false, atEnd: undefined },
    ...{ children: 0, childrenOfType: undefined, forChildren, forDescendants },
  };
}
