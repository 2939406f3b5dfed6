import { type CatchClause, type Node, Parser, type Program, type Statement, type VariableDeclaration } from "acorn";
import { asyncHelpers, asyncSupport } from "../../core/async-support.ts";
import { unusedNames } from "../unused-names.ts";
import { disposesByWaiting, endsByWaiting, waitsForDisposal } from "./disposals.ts";
import { ownScope, type Place, type Scope, suspensions, type Visit } from "./suspensions.ts";

/*
 * V8 tells nobody when an async function goes on, so its code says it itself. `await x` becomes `resumed(waiting(x),await
 * awaited())`: `waiting` takes the context of now, and `resumed` makes it that of now again. Where waiting ends by an
 * exception, `resumed` is not called; so a function that can go on in a `catch`, a `finally` or behind a loop has a
 * variable for its context, which is looked at there. What stays keeps its line, and on lines without `await` its column.
 */

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Characters of the source that it replaces. */
  readonly over: number;
}

type Names = Readonly<Record<(typeof asyncHelpers)[number], string>>;

const wordLength = "await".length;
const returnLength = "return".length;
const lists = new Set(["Program", "BlockStatement", "StaticBlock", "SwitchCase"]);
/** V8 sees to names that are declared twice; acorn looks each up in a list, which takes a minute for 10 MB of functions. */
class QuickParser extends Parser {
  declareName(): void {
    // All may be declared.
  }

  checkLocalExport(): void {
    // All may be exported, since none was noted.
  }

  validateRegExpFlags(): void {
    // V8 reads what stands between the slashes, and may know more of it.
  }

  validateRegExpPattern(): void {
    // The same.
  }
}

/** As a word, or written with an escape, which the parser decides on. */
const waitsAnywhere = /async|await|\\u/;
/** What is certainly no thenable. */
const plain = new Set([
  ...["Literal", "TemplateLiteral", "AwaitExpression", "BinaryExpression", "UnaryExpression", "UpdateExpression"],
  ...["ArrayExpression", "FunctionExpression", "ArrowFunctionExpression", "ClassExpression"],
]);

/**
 * Source of the module `name` in which AsyncLocalStorage has its context wherever it goes on.
 * @throws SyntaxError of acorn's, with `loc`; RangeError for what is nested too deeply.
 */
export function carryContext(name: string, source: string): string {
  if (!waitsAnywhere.test(source)) return source;
  const program: Program = QuickParser.parse(source, {
    ecmaVersion: "latest",
    sourceType: "module",
    allowHashBang: true,
    preserveParens: true,
  });
  const free = unusedNames(source);
  const names = Object.fromEntries(asyncHelpers.map((helper) => [helper, free.next().value])) as Names;
  const { insertions } = new Rewriting(source, names, () => free.next().value, suspensions(program));
  if (insertions.length === 0) return source;
  const imported = asyncHelpers.map((helper) => `${helper} as ${names[helper]}`).join();
  const support = `import{${imported}}from${JSON.stringify(asyncSupport(name))};`;
  // Before all other imports: those may call this module back, in a circle, when it is not evaluated yet.
  const firstImport = program.body.find((statement) => "source" in statement && statement.source);
  if (!firstImport) return `${applied(source, insertions)}\n${support}`;
  return applied(source, [{ at: firstImport.start, text: support, over: 0 }, ...insertions]);
}

/** Insertions of one place come in the order in which they were made. */
function applied(source: string, insertions: readonly Insertion[]): string {
  let result = "";
  let done = 0;
  for (const { at, text, over } of insertions.toSorted((a, b) => a.at - b.at)) {
    result += source.slice(done, at) + text;
    done = Math.max(done, at + over);
  }
  return result + source.slice(done);
}

class Rewriting {
  readonly insertions: Insertion[] = [];
  readonly #source: string;
  readonly #names: Names;
  readonly #fresh: () => string;

  constructor(source: string, names: Names, fresh: () => string, visits: readonly Visit[]) {
    this.#source = source;
    this.#names = names;
    this.#fresh = fresh;
    for (const visit of visits) {
      if (visit.entered) this.#enter(visit);
      else this.#leave(visit);
    }
  }

  #insert(at: number, text: string, over = 0): void {
    this.insertions.push({ at, text, over });
  }

  /** A space keeps apart what stood beside a parenthesis: `of[`, `yield(`. */
  #enter({ node, parent, scope }: Visit): void {
    const { waiting, waitingIn, resumed, resumedIn, token, passed, yielded, continued, iterated, resuming } =
      this.#names;
    const is = node as Node & Record<"argument" | "right" | "body" | "handler" | "finalizer", Node | null>;
    const flags = node as Node & { delegate?: boolean; await?: boolean; expression?: boolean };
    switch (node.type) {
      case "AwaitExpression":
        this.#insert(
          node.start,
          scope.needsToken ? `${resumedIn}(${waitingIn}(${token},` : `${resumed}(${waiting}(`,
          wordLength,
        );
        break;
      case "YieldExpression":
        if (!scope.isAsync) break;
        if (flags.delegate) this.#insert((is.argument as Node).start, ` ${iterated}(${token},`);
        else if (scope.needsToken) {
          this.#insert(node.start, `${continued}(${token},`);
          if (is.argument) this.#insert(is.argument.start, ` ${yielded}(${token},`);
        } else if (is.argument && !isPlain(is.argument)) this.#insert(is.argument.start, ` ${passed}(`);
        break;
      case "ReturnStatement":
        if (isPassed(is.argument, scope)) this.#insert(...this.#returned(node, scope));
        break;
      case "ForStatement":
      case "ForOfStatement": {
        const disposes = disposesByWaiting(node);
        if (!flags.await && !disposes) break;
        this.#insert(outermost(node, parent).start, "try{");
        if (node.type === "ForStatement") break;
        this.#insert((is.right as Node).start, ` ${flags.await ? iterated : resuming}(${token},`);
        if (disposes) this.#insert((is.body as Node).start, `{${this.#disposal()}`);
        break;
      }
      case "TryStatement":
        if (!scope.needsToken) break;
        if (is.handler) this.#enterHandler(is.handler as CatchClause, scope);
        if (is.finalizer) this.#goesOn(is.finalizer.start + 1);
        break;
      case "BlockStatement":
        if (endsByWaiting(node, parent)) this.#insert(node.start, "{try");
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.#enterFunction(is.body as Node, ownScope(node), flags.expression === true);
        break;
      default:
    }
  }

  #returned(node: Node, scope: Scope): [number, string] {
    const { token, passed, yielded } = this.#names;
    const waits = scope.isGenerator && scope.needsToken;
    // Parentheses of its own: `return a, b` is one value.
    return [node.start + returnLength, waits ? ` ${yielded}(${token},(` : ` ${passed}((`];
  }

  /** A pattern is looked into after the function has gone on. */
  #enterHandler({ param, body }: CatchClause, scope: Scope): void {
    const { caught, goesOn, token } = this.#names;
    const goesOnHere = `${scope.isGenerator ? caught : goesOn}(${token});`;
    if (!param || param.type === "Identifier") this.#insert(body.start + 1, goesOnHere);
    else {
      const error = this.#fresh();
      this.#insert(param.start, `${error}){${goesOnHere}let `);
      const between = this.#source.slice(param.end, body.start + 1);
      this.#insert(param.end, `=${error};${between.replaceAll(/[^\n\r\u2028\u2029]/g, "")}`, between.length);
    }
  }

  #enterFunction(body: Node, scope: Scope, isExpression: boolean): void {
    const { newToken, token, passed } = this.#names;
    if (!scope.isAsync) return;
    if (isExpression && !isPlain(body)) this.#insert(body.start, `${passed}(`);
    if (scope.needsToken) {
      const { body: statements } = body as unknown as { body: (Statement & { directive?: string })[] };
      const directives = statements.filter(({ directive }) => directive !== undefined);
      this.#insert(directives.at(-1)?.end ?? body.start + 1, `;const ${token}=${newToken}();`);
    }
  }

  #leave({ node, parent, scope }: Visit): void {
    const { awaited, token, yielded } = this.#names;
    const is = node as Node & Record<"argument" | "right" | "body", Node | null>;
    const flags = node as Node & { delegate?: boolean; await?: boolean; expression?: boolean };
    switch (node.type) {
      case "AwaitExpression":
        this.#insert(node.end, `),await ${awaited}())`);
        break;
      case "YieldExpression":
        if (!scope.isAsync) break;
        if (flags.delegate) this.#insert(node.end, ",true)");
        else if (scope.needsToken) this.#insert(node.end, is.argument ? "))" : ` ${yielded}(${token},void 0))`);
        else if (is.argument && !isPlain(is.argument)) this.#insert(node.end, ")");
        break;
      case "ReturnStatement":
        if (isPassed(is.argument, scope)) this.#insert(is.argument.end, "))");
        break;
      case "ForStatement":
      case "ForOfStatement": {
        const disposes = disposesByWaiting(node);
        if (!flags.await && !disposes) break;
        if (node.type === "ForOfStatement") {
          this.#insert((is.right as Node).end, ")");
          if (disposes) this.#insert(node.end, "}");
        }
        this.#insert(node.end, "}finally{");
        this.#goesOn(node.end, "}");
        break;
      }
      case "VariableDeclaration":
        this.#leaveDeclaration(node as VariableDeclaration, parent);
        break;
      case "BlockStatement":
        if (!endsByWaiting(node, parent)) break;
        this.#insert(node.end, "finally{");
        this.#goesOn(node.end, "}}");
        break;
      case "ArrowFunctionExpression":
        if (ownScope(node).isAsync && flags.expression === true && !isPlain(is.body as Node))
          this.#insert((is.body as Node).end, ")");
        break;
      default:
    }
  }

  /** In front of what is disposed of while a block waits at its end, each: `using` of the same block among them. */
  #leaveDeclaration({ kind, declarations, end }: VariableDeclaration, parent: Place | undefined): void {
    if (kind !== "using" && kind !== "await using") return;
    const { dispose, token } = this.#names;
    if (parent?.node.type === "ForStatement") {
      if (kind === "await using") this.#insert(end, `,${this.#fresh()}=${dispose}(${token})`);
      return;
    }
    if (!parent || !lists.has(parent.node.type) || !waitsForDisposal(parent.node)) return;
    // One declaration is made several, without a look for the comma: nothing is disposed of for `null`.
    for (const declaration of declarations.slice(0, -1)) {
      this.#insert(declaration.end, `;${this.#disposal()}${kind} ${this.#fresh()}=null`);
    }
    this.#insert(end, `;${this.#disposal()}`);
  }

  #disposal(): string {
    const { dispose, token } = this.#names;
    return `using ${this.#fresh()}=${dispose}(${token});`;
  }

  /** Here the function may go on after it has waited. */
  #goesOn(at: number, after = ""): void {
    const { goesOn, token } = this.#names;
    this.#insert(at, `;${goesOn}(${token});${after}`);
  }
}

/** Whether what is returned is looked at: an async generator waits for whatever it is. */
function isPassed(argument: Node | null, { isAsync, isGenerator, needsToken }: Scope): argument is Node {
  return isAsync && argument !== null && ((isGenerator && needsToken) || !isPlain(argument));
}

function isPlain(node: Node): boolean {
  if (node.type === "ParenthesizedExpression") return isPlain((node as unknown as { expression: Node }).expression);
  return plain.has(node.type);
}

/** The statement, or that with its labels. */
function outermost(node: Node, parent: Place | undefined): Node {
  return parent?.node.type === "LabeledStatement" ? outermost(parent.node, parent.parent) : node;
}
