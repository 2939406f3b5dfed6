/** How a function failed, in the words of the runtime that ran it. */
export interface Failure {
  /** "ValueError", "Runtime.ImportModuleError". */
  readonly type: string;
  readonly message: string;
  readonly stack: readonly string[];
}

/** Reads what a runtime posts to /error. The type is in a field as well, which is all that some send. */
export function failureOf(body: Buffer, type: string | undefined): Failure {
  const given = objectIn(body);
  const { errorType, errorMessage, trace } = given ?? {};
  // Node's runtime has its own word for it.
  const { stackTrace = trace } = given ?? {};
  return {
    type: typeof errorType === "string" && errorType !== "" ? errorType : (type ?? "Runtime.UnknownReason"),
    message: typeof errorMessage === "string" ? errorMessage : body.toString().slice(0, 1_000),
    stack: Array.isArray(stackTrace) ? stackTrace.map(String) : [],
  };
}

/** For the log. */
export function describe({ type, message, stack }: Failure): string {
  const lines = stack.map((line) => line.trimEnd()).filter((line) => line !== "");
  // Node's stacks begin with the type and the message themselves.
  return lines[0]?.startsWith(type) ? lines.join("\n") : [`${type}: ${message}`, ...lines].join("\n");
}

function objectIn(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // Runtimes may send any text; it is the message then.
    return null;
  }
}
