import { defineConstants, defineInterface, toDomString } from "./webidl.ts";

/** Name of an error → its legacy code and the constant that has it. */
const legacy: Readonly<Record<string, readonly [constant: string, code: number]>> = {
  __proto__: null as never,
  IndexSizeError: ["INDEX_SIZE_ERR", 1],
  HierarchyRequestError: ["HIERARCHY_REQUEST_ERR", 3],
  WrongDocumentError: ["WRONG_DOCUMENT_ERR", 4],
  InvalidCharacterError: ["INVALID_CHARACTER_ERR", 5],
  NoModificationAllowedError: ["NO_MODIFICATION_ALLOWED_ERR", 7],
  NotFoundError: ["NOT_FOUND_ERR", 8],
  NotSupportedError: ["NOT_SUPPORTED_ERR", 9],
  InUseAttributeError: ["INUSE_ATTRIBUTE_ERR", 10],
  InvalidStateError: ["INVALID_STATE_ERR", 11],
  SyntaxError: ["SYNTAX_ERR", 12],
  InvalidModificationError: ["INVALID_MODIFICATION_ERR", 13],
  NamespaceError: ["NAMESPACE_ERR", 14],
  InvalidAccessError: ["INVALID_ACCESS_ERR", 15],
  TypeMismatchError: ["TYPE_MISMATCH_ERR", 17],
  SecurityError: ["SECURITY_ERR", 18],
  NetworkError: ["NETWORK_ERR", 19],
  AbortError: ["ABORT_ERR", 20],
  URLMismatchError: ["URL_MISMATCH_ERR", 21],
  QuotaExceededError: ["QUOTA_EXCEEDED_ERR", 22],
  TimeoutError: ["TIMEOUT_ERR", 23],
  InvalidNodeTypeError: ["INVALID_NODE_TYPE_ERR", 24],
  DataCloneError: ["DATA_CLONE_ERR", 25],
};

/** Constants whose errors nothing throws any more. */
const obsolete = { DOMSTRING_SIZE_ERR: 2, NO_DATA_ALLOWED_ERR: 6, VALIDATION_ERR: 16 };

class Returned {
  constructor(target: object) {
    // biome-ignore lint/correctness/noConstructorReturn: private fields are put on the object returned here
    return target;
  }
}

/** Private fields stamped on a real error object, so that it keeps V8's stack and [[ErrorData]]. */
class Details extends Returned {
  readonly #name: string;
  readonly #message: string;

  constructor(error: object, name: string, message: string) {
    super(error);
    this.#name = name;
    this.#message = message;
  }

  static has(value: object): boolean {
    return #name in value;
  }

  static nameOf(error: object): string {
    return (error as Details).#name;
  }

  static messageOf(error: object): string {
    return (error as Details).#message;
  }
}

export class DOMException {
  declare readonly stack: string;
  declare cause?: unknown;

  constructor(message: unknown = "", nameOrOptions: unknown = "Error") {
    let name = nameOrOptions;
    let cause: [unknown] | undefined;
    if (typeof nameOrOptions === "object" && nameOrOptions !== null) {
      const options = nameOrOptions as { name?: unknown; cause?: unknown };
      name = options.name ?? "Error";
      if ("cause" in options) cause = [options.cause];
    }
    const text = toDomString(message);
    const error = Reflect.construct(Error, [text, ...(cause ? [{ cause: cause[0] }] : [])], new.target) as DOMException;
    new Details(error, toDomString(name), text);
    // V8 has taken the text for the stack; as a property it would hide the getter.
    Reflect.deleteProperty(error, "message");
    // biome-ignore lint/correctness/noConstructorReturn: Error itself must make the object
    return error;
  }

  get name(): string {
    return Details.nameOf(this);
  }

  get message(): string {
    return Details.messageOf(this);
  }

  get code(): number {
    return legacy[Details.nameOf(this)]?.[1] ?? 0;
  }
}

Object.setPrototypeOf(DOMException.prototype, Error.prototype);
defineInterface(DOMException, "DOMException");
const constants: (readonly [constant: string, code: number])[] = [
  ...Object.values(legacy),
  ...Object.entries(obsolete),
];
defineConstants(DOMException, Object.fromEntries(constants.sort(([, a], [, b]) => a - b)));

/** True for real ones only, whatever the prototype says. */
export function isDomException(value: object): value is DOMException {
  return Details.has(value);
}
