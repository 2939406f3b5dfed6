import { defineInterface, requireArguments, toDictionary, toDomString, toUsvString } from "../webidl.ts";
import { Event, type EventInit } from "./event.ts";

export interface CustomEventInit extends EventInit {
  detail?: unknown;
}

export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(type: unknown, init?: CustomEventInit) {
    requireArguments(arguments.length, 1, "CustomEvent");
    super(type, init);
    this.#detail = toDictionary(init, "CustomEvent").detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }
}
defineInterface(CustomEvent, "CustomEvent", ["type", "detail"]);

export interface ErrorEventInit extends EventInit {
  message?: string;
  filename?: string;
  lineno?: number;
  colno?: number;
  error?: unknown;
}

export class ErrorEvent extends Event {
  readonly #message: string;
  readonly #filename: string;
  readonly #lineno: number;
  readonly #colno: number;
  readonly #error: unknown;

  constructor(type: unknown, init?: ErrorEventInit) {
    requireArguments(arguments.length, 1, "ErrorEvent");
    super(type, init);
    const { message = "", filename = "", lineno = 0, colno = 0, error } = toDictionary(init, "ErrorEvent");
    this.#message = toDomString(message);
    this.#filename = toUsvString(filename);
    this.#lineno = Number(lineno) >>> 0;
    this.#colno = Number(colno) >>> 0;
    this.#error = error;
  }

  static isErrorEvent(value: object): value is ErrorEvent {
    return #lineno in value;
  }

  get message(): string {
    return this.#message;
  }

  get filename(): string {
    return this.#filename;
  }

  get lineno(): number {
    return this.#lineno;
  }

  get colno(): number {
    return this.#colno;
  }

  get error(): unknown {
    return this.#error;
  }
}
/** Trusted; taken off the class before tenant code sees it. */
export const { isErrorEvent } = ErrorEvent;
Reflect.deleteProperty(ErrorEvent, "isErrorEvent");
defineInterface(ErrorEvent, "ErrorEvent", ["type", "message", "error"]);

export interface PromiseRejectionEventInit extends EventInit {
  promise: object;
  reason?: unknown;
}

export class PromiseRejectionEvent extends Event {
  readonly #promise: object;
  readonly #reason: unknown;

  constructor(type: unknown, init: PromiseRejectionEventInit) {
    requireArguments(arguments.length, 2, "PromiseRejectionEvent");
    super(type, init);
    const { promise, reason } = toDictionary(init, "PromiseRejectionEvent");
    if (typeof promise !== "object" || promise === null)
      throw new TypeError("PromiseRejectionEvent: promise is required");
    this.#promise = promise;
    this.#reason = reason;
  }

  get promise(): object {
    return this.#promise;
  }

  get reason(): unknown {
    return this.#reason;
  }
}
defineInterface(PromiseRejectionEvent, "PromiseRejectionEvent", ["type", "promise", "reason"]);

export interface CloseEventInit extends EventInit {
  readonly wasClean?: boolean;
  readonly code?: number;
  readonly reason?: string;
}

export class CloseEvent extends Event {
  readonly #wasClean: boolean;
  readonly #code: number;
  readonly #reason: string;

  constructor(type: unknown, init?: CloseEventInit) {
    requireArguments(arguments.length, 1, "CloseEvent");
    super(type, init);
    const { wasClean, code = 0, reason = "" } = toDictionary(init, "CloseEvent");
    this.#wasClean = Boolean(wasClean);
    this.#code = Number(code) & 0xffff;
    this.#reason = toUsvString(reason);
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }

  get code(): number {
    return this.#code;
  }

  get reason(): string {
    return this.#reason;
  }
}
defineInterface(CloseEvent, "CloseEvent", ["type", "wasClean", "code", "reason"]);

export interface ProgressEventInit extends EventInit {
  readonly lengthComputable?: boolean;
  readonly loaded?: number;
  readonly total?: number;
}

export class ProgressEvent extends Event {
  readonly #lengthComputable: boolean;
  readonly #loaded: number;
  readonly #total: number;

  constructor(type: unknown, init?: ProgressEventInit) {
    requireArguments(arguments.length, 1, "ProgressEvent");
    super(type, init);
    const { lengthComputable, loaded = 0, total = 0 } = toDictionary(init, "ProgressEvent");
    this.#lengthComputable = Boolean(lengthComputable);
    this.#loaded = Number(loaded);
    this.#total = Number(total);
  }

  get lengthComputable(): boolean {
    return this.#lengthComputable;
  }

  get loaded(): number {
    return this.#loaded;
  }

  get total(): number {
    return this.#total;
  }
}
defineInterface(ProgressEvent, "ProgressEvent", ["type", "lengthComputable", "loaded", "total"]);
