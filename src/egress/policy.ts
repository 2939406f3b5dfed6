import { isIP } from "node:net";
import { type EgressRule, ruleMatches } from "../core/egress-rules.ts";
import type { OwnAddresses } from "../core/own-addresses.ts";
import { addressForms, addressRange } from "./address-range.ts";
import { isClosedPort } from "./closed-ports.ts";

/** Metrics and logs have the same names. */
export type RefusalReason = "port" | "own_port" | "denied" | "not_public" | "not_listed";

/** A request that may not be sent. The message may be shown to the function, and so holds no address that it did not have. */
export class EgressRefused extends Error {
  override readonly name = "EgressRefused";
  readonly reason: RefusalReason;
  /** For the operator's log: where it would have gone. */
  readonly address: string | null;

  constructor(reason: RefusalReason, message: string, address: string | null) {
    super(`refused by the egress policy: ${message}`);
    this.reason = reason;
    this.address = address;
  }
}

export interface OperatorRules {
  /** What functions reach although it is not public. */
  readonly allow: readonly EgressRule[];
  readonly deny: readonly EgressRule[];
}

export interface FunctionRules {
  /** Null: no list. */
  readonly allow: readonly EgressRule[] | null;
  readonly deny: readonly EgressRule[];
}

/** Which addresses one function, or several with the same lists, may connect to. */
export class EgressPolicy {
  readonly #operator: OperatorRules;
  readonly #rules: FunctionRules;
  readonly #own: OwnAddresses;

  constructor(operator: OperatorRules, rules: FunctionRules, own: OwnAddresses) {
    this.#operator = operator;
    this.#rules = rules;
    this.#own = own;
  }

  /**
   * What is refused whatever address the host leads to. Such a name is not even looked up, since that
   * would tell its servers of it.
   */
  refusalOfHost(host: string, port: number): EgressRefused | null {
    const name = withoutFinalDot(host);
    const matches = (rule: EgressRule) => ruleMatches(rule, name, port, []);
    const mightMatch = (rule: EgressRule) => rule.kind === "address" || matches(rule);
    if (isClosedPort(port)) return new EgressRefused("port", `port ${port} is closed`, null);
    if (this.#denies(matches)) return new EgressRefused("denied", `${host} is on a deny list`, null);
    if (this.#unlisted(mightMatch)) return new EgressRefused("not_listed", `${host} is not on the allow list`, null);
    return null;
  }

  /** Why there must be no connection to `address`, which `host` led to; null when there may be one. */
  refusal(host: string, port: number, address: string): EgressRefused | null {
    const refuse = (reason: RefusalReason, message: string) => new EgressRefused(reason, message, address);
    const early = this.refusalOfHost(host, port);
    if (early) return early;
    const name = withoutFinalDot(host);
    const range = addressRange(address);
    if (range === "unknown") return refuse("not_public", `${host} leads to no address that is understood`);
    if (this.#own.hasPort(port) && this.#own.hasAddress(address)) {
      return refuse("own_port", `${host}:${port} is this server's own, and no function of it answers there`);
    }
    const forms = addressForms(address);
    const matches = (rule: EgressRule) => ruleMatches(rule, name, port, forms);
    if (this.#denies(matches)) return refuse("denied", `${host} is on a deny list`);
    if (range !== "public" && !this.#operator.allow.some(matches)) {
      return refuse("not_public", isIP(host) === 0 ? `${host} leads to no public address` : `${host} is not public`);
    }
    return this.#unlisted(matches) ? refuse("not_listed", `${host} is not on the allow list`) : null;
  }

  /** The same for a function of this server, which no connection is made to. */
  refusalOfLocal(host: string, port: number): EgressRefused | null {
    const name = withoutFinalDot(host);
    const matches = (rule: EgressRule) => ruleMatches(rule, name, port, isIP(name) === 0 ? [] : [name]);
    if (this.#denies(matches)) return new EgressRefused("denied", `${host} is on a deny list`, null);
    if (this.#unlisted(matches)) return new EgressRefused("not_listed", `${host} is not on the allow list`, null);
    return null;
  }

  #denies(matches: (rule: EgressRule) => boolean): boolean {
    return this.#operator.deny.some(matches) || this.#rules.deny.some(matches);
  }

  #unlisted(matches: (rule: EgressRule) => boolean): boolean {
    return this.#rules.allow !== null && !this.#rules.allow.some(matches);
  }
}

/** "example.com." is the same host. */
function withoutFinalDot(host: string): string {
  return host.replace(/\.$/, "");
}
