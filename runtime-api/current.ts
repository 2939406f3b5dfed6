let current = 0;

/**
 * The invocation whose entry is running now; 0 while modules load. Every entry from the host sets
 * it, and all microtasks of an entry end before the next begins, so one variable is enough.
 */
export function currentInvocation(): number {
  return current;
}

export function setCurrent(invocation: number): void {
  current = invocation;
}
