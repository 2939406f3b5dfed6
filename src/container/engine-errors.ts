/** The engine answered, and it was a refusal. */
export class EngineRefusal extends Error {
  override readonly name = "EngineRefusal";
  /** HTTP status: 404 for what is not there, 409 for what is in the wrong state. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** No engine answers, or it went away while it was asked. Its message is one line for the operator. */
export class EngineUnreachable extends Error {
  override readonly name = "EngineUnreachable";
}
