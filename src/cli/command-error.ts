/** A failure that is told in its message's words alone, without a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
