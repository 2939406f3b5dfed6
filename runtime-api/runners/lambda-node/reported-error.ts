/** How the runtime API is told of an error. */
export interface ReportedError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace: readonly string[];
}

export function reported(error: unknown, type?: string): ReportedError {
  if (error instanceof Error) {
    const { name, message, stack = "" } = error;
    return { errorType: type ?? name, errorMessage: message, stackTrace: stack.split("\n") };
  }
  return { errorType: type ?? typeof error, errorMessage: textOf(error), stackTrace: [] };
}

/** As a header's value can be. */
export function failureType({ errorType }: ReportedError): string {
  return errorType.replace(/[^\x20-\x7e]/g, "?");
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A circle, for instance.
    return String(value);
  }
}
