import type { Function as AnyFunction, Node, Program } from "acorn";

/** A function whose code may wait, or a module: what waits in it, and how what waits is to be told when it goes on. */
export interface Scope {
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /**
   * It can go on in other places than where it waited: in a `catch` or `finally`, or behind a loop. Then it has a variable for the
   * context in which it waits.
   */
  needsToken: boolean;
  hasTry: boolean;
  waits: boolean;
}

/** A node in the tree. */
export interface Place {
  readonly node: Node;
  readonly parent: Place | undefined;
}

/** A node that the rewriting looks at, as it is entered or left. */
export interface Visit extends Place {
  readonly scope: Scope;
  readonly entered: boolean;
}

const functions = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);
/** What has its own `await` and no other's: code of classes that is no method. */
const initializers = new Set(["PropertyDefinition", "StaticBlock"]);
const leaves = new Set(["Identifier", "Literal", "TemplateElement", "PrivateIdentifier", "ThisExpression"]);
const looked = new Set([
  ...["AwaitExpression", "YieldExpression", "ForOfStatement", "ForStatement", "ReturnStatement", "TryStatement"],
  ...["BlockStatement", "VariableDeclaration", ...functions],
]);

/**
 * All nodes that have to do with waiting, in the order of the source: each as it is entered, and again as it is left. Without
 * recursion, since what is uploaded may be nested deeply.
 */
export function suspensions(program: Program): Visit[] {
  const visits: Visit[] = [];
  const moduleScope = scopeOf(true, false);
  const pending: Visit[] = [{ node: program, parent: undefined, scope: moduleScope, entered: true }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, scope, entered } = next;
    if (looked.has(node.type)) {
      visits.push(next);
      if (entered) {
        note(node, scope);
        pending.push({ node, parent: next.parent, scope, entered: false });
      }
    }
    if (!entered) continue;
    const inner = innerScope(node, scope);
    // The name of a field is computed where its class is.
    const { key } = node as { key?: Node };
    for (const child of childrenOf(node)) {
      pending.push({ node: child, parent: next, scope: child === key ? scope : inner, entered: true });
    }
  }
  return visits;
}

/** The scope of a function is its visit's node's own: what is said of it while its inside is walked is known before the text is made. */
const ownScopes = new WeakMap<Node, Scope>();

export function ownScope(node: Node): Scope {
  const scope = ownScopes.get(node);
  if (!scope) throw new Error(`a ${node.type} has no scope of its own`);
  return scope;
}

function innerScope(node: Node, outer: Scope): Scope {
  if (functions.has(node.type)) {
    const { async, generator } = node as AnyFunction;
    const scope = scopeOf(async === true, generator === true);
    ownScopes.set(node, scope);
    return scope;
  }
  return initializers.has(node.type) ? scopeOf(false, false) : outer;
}

function scopeOf(isAsync: boolean, isGenerator: boolean): Scope {
  return { isAsync, isGenerator, needsToken: false, hasTry: false, waits: false };
}

function note(node: Node, scope: Scope): void {
  if (!scope.isAsync) return;
  const is = node as Node & { await?: boolean; delegate?: boolean; kind?: string };
  if (node.type === "AwaitExpression" || node.type === "YieldExpression") scope.waits = true;
  if (node.type === "TryStatement") scope.hasTry = true;
  const goesOnElsewhere =
    (node.type === "ForOfStatement" && is.await) || is.kind === "await using" || (scope.isGenerator && is.delegate);
  if (goesOnElsewhere) scope.needsToken = true;
  if (scope.hasTry && scope.waits) scope.needsToken = true;
}

/** The last first. */
function childrenOf(node: Node): readonly Node[] {
  if (leaves.has(node.type)) return [];
  const children: Node[] = [];
  for (const key in node) {
    const value: unknown = node[key as keyof Node];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item);
    } else if (isNode(value)) children.push(value);
  }
  return children.length > 1 ? children.sort((a, b) => b.start - a.start) : children;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
