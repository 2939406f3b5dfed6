import { parse, type Selector } from "css-what";
import type { NamedValues } from "./tree-context.ts";

/** What a compound selector asks about an element. */
export interface Candidate {
  readonly name: string;
  /** Among the children of its parent, from 1. */
  readonly index: number;
  /** Among those of them with its name. */
  readonly indexOfType: number;
  readonly attributes: NamedValues;
}

type Test = (element: Candidate) => boolean;

/** A selector from its outermost element to the one that it selects. */
export interface Step {
  readonly test: Test;
  /** How the next one is found; undefined for the last. */
  readonly next: { readonly within: "child" | "descendant"; readonly step: Step } | undefined;
}

/** Attributes of HTML whose values selectors compare without regard to case (HTML Standard, 15.3.1). */
const caseless = new Set(
  (
    "accept accept-charset align alink axis bgcolor charset checked clear codetype color compact declare defer dir " +
    "direction disabled enctype face frame hreflang http-equiv lang language link media method multiple nohref " +
    "noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target text type valign valuetype vlink"
  ).split(" "),
);

/** Throws a TypeError for a selector that is none, or one that a stream cannot answer. */
export function compileSelector(text: string): readonly Step[] {
  let parsed: Selector[][];
  try {
    parsed = parse(text);
  } catch (error) {
    const message = `HTMLRewriter: ${JSON.stringify(text)} is not a selector: ${(error as Error).message}`;
    throw new TypeError(message, { cause: error });
  }
  if (parsed.length === 0) throw new TypeError("HTMLRewriter: the selector is empty");
  return parsed.map((selectors) => compileComplex(selectors, text));
}

function compileComplex(selectors: readonly Selector[], text: string): Step {
  const compounds: Selector[][] = [[]];
  const combinators: ("child" | "descendant")[] = [];
  for (const selector of selectors) {
    if (selector.type === "child" || selector.type === "descendant") {
      combinators.push(selector.type);
      compounds.push([]);
    } else (compounds.at(-1) as Selector[]).push(selector);
  }
  return compounds.reduceRight<Step | undefined>((step, compound, i) => {
    if (compound.length === 0) throw unsupported("a combinator with nothing beside it", text);
    const within = combinators[i];
    return { test: compileCompound(compound, text), next: step && within && { within, step } };
  }, undefined) as Step;
}

function compileCompound(selectors: readonly Selector[], text: string): Test {
  const tests = selectors.map((selector) => compileSimple(selector, text));
  const [first, ...others] = tests as [Test, ...Test[]];
  if (others.length === 0) return first;
  return (element) => first(element) && others.every((test) => test(element));
}

function compileSimple(selector: Selector, text: string): Test {
  switch (selector.type) {
    case "universal":
      if (hasNamespace(selector.namespace)) break;
      return () => true;
    case "tag": {
      if (hasNamespace(selector.namespace)) break;
      const name = selector.name.toLowerCase();
      return (element) => element.name === name;
    }
    case "attribute": {
      if (hasNamespace(selector.namespace)) break;
      const name = selector.name.toLowerCase();
      const caseInsensitive = selector.ignoreCase === true || (selector.ignoreCase === null && caseless.has(name));
      const matches = compileValue(selector.action, selector.value, caseInsensitive);
      return (element) => {
        const value = element.attributes.get(name);
        return value !== undefined && matches(value);
      };
    }
    case "pseudo":
      return compilePseudo(selector.name, selector.data, text);
  }
  throw unsupported(selector.type === "pseudo-element" ? "a pseudo-element" : `"${selector.type}"`, text);
}

function hasNamespace(namespace: string | null): boolean {
  return namespace !== null && namespace !== "*";
}

function compileValue(action: string, wanted: string, caseInsensitive: boolean): (value: string) => boolean {
  if (action === "exists") return () => true;
  const expected = caseInsensitive ? wanted.toLowerCase() : wanted;
  const compare = comparison(action, expected);
  return caseInsensitive ? (value) => compare(value.toLowerCase()) : compare;
}

function comparison(action: string, wanted: string): (value: string) => boolean {
  switch (action) {
    case "equals":
      return (value) => value === wanted;
    case "element":
      return (value) => wanted !== "" && value.split(/[ \t\n\r\f]+/).includes(wanted);
    case "start":
      return (value) => wanted !== "" && value.startsWith(wanted);
    case "end":
      return (value) => wanted !== "" && value.endsWith(wanted);
    case "any":
      return (value) => wanted !== "" && value.includes(wanted);
    case "hyphen":
      return (value) => value === wanted || value.startsWith(`${wanted}-`);
    default:
      return (value) => value !== wanted;
  }
}

function compilePseudo(name: string, data: string | Selector[][] | null, text: string): Test {
  switch (name) {
    case "first-child":
      return (element) => element.index === 1;
    case "first-of-type":
      return (element) => element.indexOfType === 1;
    case "nth-child": {
      const isNth = compileNth(data, text);
      return (element) => isNth(element.index);
    }
    case "nth-of-type": {
      const isNth = compileNth(data, text);
      return (element) => isNth(element.indexOfType);
    }
    case "not": {
      if (!Array.isArray(data)) break;
      const excluded = data.map((selectors) => compileComplex(selectors, text));
      if (excluded.some(({ next }) => next)) throw unsupported("a combinator within :not()", text);
      return (element) => !excluded.some(({ test }) => test(element));
    }
  }
  throw unsupported(`":${name}"`, text);
}

/** "An+B", of CSS Syntax. */
const nthSyntax = /^(?:([+-]?\d*)n(?:\s*([+-])\s*(\d+))?|([+-]?\d+))$/;

function compileNth(data: unknown, text: string): (index: number) => boolean {
  const formula = String(data).trim().toLowerCase();
  if (formula === "odd") return (index) => index % 2 === 1;
  if (formula === "even") return (index) => index % 2 === 0;
  const match = nthSyntax.exec(formula);
  if (!match) throw unsupported(`"${formula}" as a position`, text);
  const [, factor, sign, summand, single] = match;
  if (single !== undefined) return (index) => index === Number(single);
  const a = factor === "" || factor === "+" ? 1 : factor === "-" ? -1 : Number(factor);
  const b = Number(summand ?? 0) * (sign === "-" ? -1 : 1);
  return (index) => (a === 0 ? index === b : (index - b) % a === 0 && (index - b) / a >= 0);
}

function unsupported(what: string, text: string): TypeError {
  return new TypeError(`HTMLRewriter: ${what} is not supported in the selector ${JSON.stringify(text)}`);
}
