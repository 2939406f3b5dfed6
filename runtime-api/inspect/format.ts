import { inspect } from "./inspect.ts";

/** What console.* writes for its arguments: printf directives in a first string, the rest after spaces. */
export function format(args: readonly unknown[]): string {
  const [first] = args;
  if (typeof first !== "string") return args.map(showArgument).join(" ");
  let used = 1;
  const text = first.replace(/%[sdifjoOc%]/g, (directive) => {
    if (directive === "%%") return args.length > 1 ? "%" : directive;
    if (used >= args.length) return directive;
    return substitute(directive, args[used++]);
  });
  return [text, ...args.slice(used).map(showArgument)].join(" ");
}

function showArgument(value: unknown): string {
  return typeof value === "string" ? value : inspect(value);
}

function substitute(directive: string, value: unknown): string {
  switch (directive) {
    case "%s":
      return typeof value === "string" ? value : inspect(value, 1);
    case "%d":
    case "%i":
    case "%f":
      return showNumber(directive, value);
    case "%j":
      return toJson(value);
    case "%c":
      return "";
    default:
      return inspect(value);
  }
}

function showNumber(directive: string, value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol" || typeof value === "object" || typeof value === "function") return "NaN";
  if (directive === "%d") return inspect(Number(value));
  return String(directive === "%i" ? Number.parseInt(String(value), 10) : Number.parseFloat(String(value)));
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    // Circular, or a toJSON() that throws.
    return inspect(value);
  }
}
