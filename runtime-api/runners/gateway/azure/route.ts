/** Which requests a function takes. */
export interface HttpRoute {
  /** The values of the template's parameters, or null: the path is another. */
  match(method: string, path: string): Readonly<Record<string, string>> | null;
  /** Fixed parts count before parameters, and more before fewer. */
  readonly weight: number;
}

interface Part {
  readonly fixed?: string;
  readonly parameter?: string;
  readonly optional?: boolean;
  /** Takes the rest of the path. */
  readonly rest?: boolean;
  readonly accepts?: (value: string) => boolean;
}

const constraints: Readonly<Record<string, RegExp>> = {
  int: /^-?\d+$/,
  long: /^-?\d+$/,
  alpha: /^[a-z]+$/i,
  bool: /^(?:true|false)$/i,
  guid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  decimal: /^-?\d+(?:\.\d+)?$/,
};

/**
 * A route template such as "api/products/{category:alpha}/{id?}".
 * @param methods null: all.
 * @throws Error when it cannot be read.
 */
export function routeOf(template: string, methods: readonly string[] | null): HttpRoute {
  const parts = segmentsOf(template).map(partOf);
  return {
    weight: parts.reduce((sum, { fixed, rest }) => sum * 4 + (fixed === undefined ? (rest ? 1 : 2) : 3), 0),
    match: (method, path) => {
      if (methods !== null && !methods.includes(method)) return null;
      return matched(parts, segmentsOf(path));
    },
  };
}

function matched(parts: readonly Part[], segments: readonly string[]): Record<string, string> | null {
  const values: Record<string, string> = {};
  let at = 0;
  for (const { fixed, parameter = "", optional, rest, accepts } of parts) {
    if (rest) {
      values[parameter] = segments.slice(at).map(decoded).join("/");
      return values;
    }
    const segment = segments[at];
    if (segment === undefined) {
      if (optional) continue;
      return null;
    }
    const value = decoded(segment);
    if (fixed === undefined ? accepts && !accepts(value) : fixed !== value.toLowerCase()) return null;
    if (fixed === undefined) values[parameter] = value;
    at++;
  }
  return at === segments.length ? values : null;
}

function partOf(text: string): Part {
  const [, star, parameter, constraint, optional] = /^\{(\*{0,2})(\w+)(?::([^}?]+))?(\?)?\}$/.exec(text) ?? [];
  if (parameter === undefined) {
    if (/[{}]/.test(text)) throw new Error(`the route part ${text} cannot be read: a parameter is a whole part`);
    return { fixed: text.toLowerCase() };
  }
  if (star !== "") return { parameter, rest: true };
  const pattern = constraint === undefined ? undefined : constraints[constraint];
  if (constraint !== undefined && pattern === undefined) {
    throw new Error(`the constraint ${constraint} of the route parameter ${parameter} is not known`);
  }
  return { parameter, optional: optional !== undefined, ...(pattern && { accepts: (value) => pattern.test(value) }) };
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // It is what it is.
    return segment;
  }
}
