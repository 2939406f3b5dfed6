import { LRUCache } from "lru-cache";
import type { LiveFunction } from "../core/deployment.ts";
import { type EgressLists, openEgress } from "../core/egress.ts";
import { type EgressRule, parseEgressRule } from "../core/egress-rules.ts";
import type { OwnAddresses } from "../core/own-addresses.ts";
import { EgressPolicy, type OperatorRules } from "./policy.ts";

const mostPolicies = 1_000;

/** One policy for all functions with the same lists, so that they share connections. */
export class Policies {
  readonly #operator: OperatorRules;
  readonly #own: OwnAddresses;
  readonly #byLists = new LRUCache<string, EgressPolicy>({ max: mostPolicies });
  readonly #byFunction = new WeakMap<LiveFunction, EgressPolicy>();

  /** @param operator checked already: what cannot be read is an error here. */
  constructor(operator: { readonly allow: readonly string[]; readonly deny: readonly string[] }, own: OwnAddresses) {
    this.#operator = { allow: rules(operator.allow), deny: rules(operator.deny) };
    this.#own = own;
  }

  of(fn: LiveFunction): EgressPolicy {
    let policy = this.#byFunction.get(fn);
    if (!policy) {
      policy = this.#withLists(fn.egress ?? openEgress);
      this.#byFunction.set(fn, policy);
    }
    return policy;
  }

  #withLists({ allow, deny }: EgressLists): EgressPolicy {
    const key = JSON.stringify([allow, deny]);
    let policy = this.#byLists.get(key);
    if (!policy) {
      policy = new EgressPolicy(this.#operator, { allow: allow && rules(allow), deny: rules(deny) }, this.#own);
      this.#byLists.set(key, policy);
    }
    return policy;
  }
}

function rules(texts: readonly string[]): EgressRule[] {
  return texts.map(parseEgressRule);
}
