/** What a function of node:crypto throws in the guest. */
export class NodeFault extends Error {
  override readonly name = "NodeFault";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
