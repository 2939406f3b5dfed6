import type { ControlLine, LoadProblem } from "../link/control-line.ts";
import type { Exchange } from "../link/front-server.ts";

/** The part of /islet/function/function.json that says what runs here. */
export interface Description {
  readonly protocol: string;
  /** The program, looked for in PATH, and its arguments. */
  readonly argv: readonly string[];
  /** The folder that it starts in. */
  readonly folder: string;
  /** Its variables: the image's, and over them the function's. A protocol's go over both. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the program is to listen, if it is a server. */
  readonly port: number;
  /** How long a request may take. */
  readonly wallMs: number;
}

export interface ProtocolParts {
  readonly description: Description;
  readonly control: ControlLine;
}

/** The program itself says why it cannot serve. */
export class NotReady extends Error {
  readonly problem: LoadProblem;
  readonly detail: string;

  constructor(problem: LoadProblem, message: string, detail: string) {
    super(message);
    this.problem = problem;
    this.detail = detail;
  }
}

/** How requests are brought to a program that knows nothing of Islet. */
export interface Protocol {
  /** What the program finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Requests that it takes at a time, where that is fewer than the front would send. */
  readonly mostRequests?: number;
  /** Before the program starts. */
  listen(): Promise<void>;
  /**
   * Resolves when the program takes requests.
   * @param ended when the program has ended and will never take any: what is waited for is to be let go.
   * @throws NotReady, or Error of the protocol's own; the message is for whoever deploys it.
   */
  ready(ended: AbortSignal): Promise<void>;
  /** Resolves when it takes another request after one that was given up. Absent: at once. */
  free?(): Promise<void>;
  /** Answers one request, in any case. What the program has logged for it is to be said before the answer. */
  handle(exchange: Exchange): void;
}
