import type { TextMode } from "./tokenizer.ts";

/*
 * What only the builder of a tree would know, as far as the tokenizer depends on it: which elements have text for a
 * content, and where SVG and MathML begin and end. After lol-html and parse5, which do the same.
 */

export type Namespace = "html" | "svg" | "math";

export const namespaceUris: Readonly<Record<Namespace, string>> = {
  html: "http://www.w3.org/1999/xhtml",
  svg: "http://www.w3.org/2000/svg",
  math: "http://www.w3.org/1998/Math/MathML",
};

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const voidElements = words(
  "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr",
);
const textElements = words("textarea title style iframe xmp noembed noframes noscript");
/** Start tags that end SVG and MathML. */
const breakingOut = words(
  "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta " +
    "nobr ol p pre ruby s small span strong strike sub sup table tt u ul var",
);
const htmlInSvg = words("desc title foreignobject");
const htmlInMath = words("mi mo mn ms mtext");

export interface NamedValues {
  get(name: string): string | undefined;
}

export class TreeContext {
  readonly #outer: Namespace[] = [];
  #current: Namespace = "html";

  /** Of the element that was entered last: what it is in, whether it has a content, and which. */
  elementNamespace: Namespace = "html";
  hasContent = true;
  textMode: TextMode | undefined;

  /** Of what comes next. */
  get namespace(): Namespace {
    return this.#current;
  }

  enter(name: string, selfClosing: boolean, attributes: NamedValues): void {
    this.textMode = undefined;
    this.hasContent = !selfClosing;
    if (name === "svg" || name === "math") {
      this.elementNamespace = name;
      if (!selfClosing) this.#enter(name);
      return;
    }
    if (this.#current !== "html" && breaksOut(name, attributes)) this.#breakOut();
    this.elementNamespace = this.#current;
    if (this.#current === "html") {
      this.hasContent = !voidElements.has(name);
      this.textMode = textModeOf(name);
    } else if (!selfClosing && this.#hasHtml(name, attributes)) this.#enter("html");
  }

  exit(name: string): void {
    if (this.#current !== "html") {
      if (name === this.#current) this.#leave();
      else if (name === "p" || name === "br") this.#breakOut();
      return;
    }
    const outer = this.#outer.at(-1);
    const isEnd =
      outer === "svg" ? htmlInSvg.has(name) : outer === "math" && (htmlInMath.has(name) || name === "annotation-xml");
    if (isEnd) this.#leave();
  }

  #enter(namespace: Namespace): void {
    this.#outer.push(this.#current);
    this.#current = namespace;
  }

  #leave(): void {
    this.#current = this.#outer.pop() ?? "html";
  }

  #breakOut(): void {
    while (this.#current !== "html") this.#leave();
  }

  #hasHtml(name: string, attributes: NamedValues): boolean {
    if (this.#current === "svg") return htmlInSvg.has(name);
    if (name !== "annotation-xml") return htmlInMath.has(name);
    const encoding = attributes.get("encoding")?.toLowerCase();
    return encoding === "text/html" || encoding === "application/xhtml+xml";
  }
}

function breaksOut(name: string, attributes: NamedValues): boolean {
  if (name !== "font") return breakingOut.has(name);
  return ["color", "size", "face"].some((attribute) => attributes.get(attribute) !== undefined);
}

function textModeOf(name: string): TextMode | undefined {
  if (name === "script") return { kind: "script", name };
  if (name === "plaintext") return { kind: "plain", name };
  return textElements.has(name) ? { kind: "text", name } : undefined;
}
