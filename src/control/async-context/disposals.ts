import type { Node } from "acorn";
import type { Place } from "./suspensions.ts";

/* Where code waits for what `await using` declared, when it leaves a block or a loop. */

/** A loop whose head declares what is disposed of by waiting. */
export function disposesByWaiting(loop: Node): boolean {
  const { left, init } = loop as { left?: { kind?: string }; init?: { kind?: string } | null };
  return (left ?? init)?.kind === "await using";
}

/** A block whose end waits for what it disposes of, and that the function goes on behind. */
export function endsByWaiting(block: Node, parent: Place | undefined): boolean {
  return !/Function/.test(parent?.node.type ?? "") && waitsForDisposal(block);
}

const disposals = new WeakMap<Node, boolean>();

/** Whether a list of statements has an `await using`. Kept, since each `using` in it asks. */
export function waitsForDisposal(list: Node): boolean {
  const known = disposals.get(list);
  if (known !== undefined) return known;
  const { body, consequent } = list as { body?: Node[]; consequent?: Node[] };
  const waits = (body ?? consequent ?? []).some((statement) => (statement as { kind?: string }).kind === "await using");
  disposals.set(list, waits);
  return waits;
}
