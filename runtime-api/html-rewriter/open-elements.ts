import type { AtEnd } from "./end-tag.ts";
import type { Candidate, Step } from "./selector.ts";
import type { NamedValues } from "./tree-context.ts";

/** A selector's step, and whose it is. */
interface Waiting {
  readonly step: Step;
  readonly handler: number;
}

/** An element whose end tag has not come yet. */
export interface OpenElement {
  readonly name: string;
  /** Handlers that its selectors stand for, in the order of their registration. */
  matched: readonly number[];
  contentRemoved: boolean;
  /** Undefined when nobody wants anything of its end tag. */
  atEnd: AtEnd | undefined;
  children: number;
  childrenOfType: Map<string, number> | undefined;
  /** Steps that its children may take, and all within it. */
  forChildren: readonly Waiting[];
  forDescendants: readonly Waiting[];
}

/** Most elements have nothing of a kind: they share this. */
const none: readonly never[] = [];

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
    this.#stack = [newElement("", forDescendants)];
    this.#countsTypes = countsTypes;
  }

  /** The element that this start tag opens, with the handlers that it matches. */
  match(name: string, attributes: NamedValues): OpenElement {
    const parent = this.#top;
    const { forChildren, forDescendants } = parent;
    const index = ++parent.children;
    const indexOfType = this.#countsTypes ? countOfType(parent, name) : 0;
    const element = newElement(name, forDescendants);
    if (forChildren.length + forDescendants.length === 0) return element;
    const candidate = { name, index, indexOfType, attributes };
    for (const waiting of forDescendants) advance(element, candidate, waiting);
    for (const waiting of forChildren) advance(element, candidate, waiting);
    return element;
  }

  push(element: OpenElement): void {
    this.#stack.push(element);
  }

  /** What an end tag closes, from the innermost; nothing if there is no such element. */
  close(name: string): readonly OpenElement[] {
    for (let i = this.#stack.length - 1; i > 0; i--) {
      if (this.#stack[i]?.name === name) return this.#stack.splice(i).reverse();
    }
    return none;
  }

  get #top(): OpenElement {
    return this.#stack[this.#stack.length - 1] as OpenElement;
  }
}

function newElement(name: string, forDescendants: readonly Waiting[]): OpenElement {
  return {
    name,
    matched: none,
    contentRemoved: false,
    atEnd: undefined,
    children: 0,
    childrenOfType: undefined,
    forChildren: none,
    forDescendants,
  };
}

/** Takes a step if it can be taken here: the selector stands for this element then, or its next step waits within it. */
function advance(element: OpenElement, candidate: Candidate, { step, handler }: Waiting): void {
  if (!step.test(candidate)) return;
  if (!step.next) {
    if (!element.matched.includes(handler)) element.matched = [...element.matched, handler].sort((a, b) => a - b);
    return;
  }
  const waiting = { step: step.next.step, handler };
  if (step.next.within === "child") element.forChildren = [...element.forChildren, waiting];
  else if (!element.forDescendants.some((known) => known.step === waiting.step)) {
    element.forDescendants = [...element.forDescendants, waiting];
  }
}

function countOfType(parent: OpenElement, name: string): number {
  parent.childrenOfType ??= new Map();
  const count = (parent.childrenOfType.get(name) ?? 0) + 1;
  parent.childrenOfType.set(name, count);
  return count;
}
