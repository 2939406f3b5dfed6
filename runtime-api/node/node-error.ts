/** An error with a code, as Node's own have it. */
export function nodeError(Kind: new (message: string) => Error, code: string, message: string): Error {
  const error = new Kind(message);
  Object.defineProperty(error, "code", { value: code, writable: true, enumerable: true, configurable: true });
  // As Node shows it in stacks, without changing the name.
  const { stack } = error;
  if (typeof stack === "string") {
    const value = stack.replace(`${error.name}:`, `${error.name} [${code}]:`);
    Object.defineProperty(error, "stack", { value, writable: true, enumerable: false, configurable: true });
  }
  return error;
}

export function wrongType(name: string, expected: string, value: unknown): Error {
  const received = value === null || value === undefined ? String(value) : `type ${typeof value}`;
  return nodeError(
    TypeError,
    "ERR_INVALID_ARG_TYPE",
    `The "${name}" argument must be of type ${expected}. Received ${received}`,
  );
}

/** A function of Node's that isolates do not have, and that says so when it is called. */
export function absent(name: string, instead: string): (...args: unknown[]) => never {
  return () => {
    throw nodeError(Error, "ERR_METHOD_NOT_IMPLEMENTED", `${name}() is not there in isolates: ${instead}`);
  };
}
