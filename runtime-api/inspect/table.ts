import { inspect } from "./inspect.ts";

const indexColumn = "(index)";
const valueColumn = "Values";

type Row = Map<string, string>;

/** The text of console.table; undefined when `data` is nothing that has rows. */
export function formatTable(data: unknown, wanted?: readonly string[]): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const rows = [...rowsOf(data)].map(([index, value]) => toRow(index, value, wanted));
  const columns = new Set([indexColumn]);
  for (const name of wanted ?? []) columns.add(name);
  for (const row of rows) for (const name of row.keys()) if (name !== valueColumn) columns.add(name);
  if (rows.some((row) => row.has(valueColumn))) columns.add(valueColumn);
  return draw([...columns], rows);
}

function rowsOf(data: object): Iterable<readonly [string, unknown]> {
  if (data instanceof Map) return [...data].map(([key, value], at) => [String(at), { Key: key, [valueColumn]: value }]);
  if (data instanceof Set) return [...data].map((value, at) => [String(at), value]);
  return dataProperties(data);
}

function dataProperties(value: object): [string, unknown][] {
  return Object.keys(value).map((key) => {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
    return [key, descriptor?.get ? "[Getter]" : descriptor?.value];
  });
}

function toRow(index: string, value: unknown, wanted: readonly string[] | undefined): Row {
  const row: Row = new Map([[indexColumn, index]]);
  if (typeof value !== "object" || value === null) return row.set(valueColumn, inspect(value, 0));
  for (const [name, held] of dataProperties(value)) {
    if (!wanted || wanted.includes(name)) row.set(name, inspect(held, 0));
  }
  return row;
}

function draw(columns: readonly string[], rows: readonly Row[]): string {
  const widths = columns.map((name) => Math.max(name.length, ...rows.map((row) => row.get(name)?.length ?? 0)) + 2);
  const rule = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => "─".repeat(width)).join(middle) + right;
  const line = (cells: readonly string[]): string =>
    `│${cells.map((cell, at) => ` ${cell}`.padEnd(widths[at] ?? 0)).join("│")}│`;
  return [
    rule("┌", "┬", "┐"),
    line(columns),
    rule("├", "┼", "┤"),
    ...rows.map((row) => line(columns.map((name) => row.get(name) ?? ""))),
    rule("└", "┴", "┘"),
  ].join("\n");
}
