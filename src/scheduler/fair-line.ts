import { Chain, Link } from "./chain.ts";

/** What a tenant may spend each time that it is its turn, in milliseconds of expected cost. */
const quantumMs = 1;
/** What one request counts for at least, and at most: a turn is found within that many rounds. */
const [leastMs, mostMs] = [0.05, 100];

/** Something that waits in a line. */
export abstract class Waiting extends Link {
  readonly tenant: string;
  readonly fn: string;
  readonly costMs: number;

  constructor(tenant: string, fn: string, costMs: number) {
    super();
    this.tenant = tenant;
    this.fn = fn;
    this.costMs = Math.min(mostMs, Math.max(leastMs, costMs));
  }
}

/** What is to be done with the one whose turn it is: it goes; nobody goes; or the next of another function is asked. */
export type Turn = "go" | "nobody" | "another";

class FunctionLine<Entry extends Waiting> extends Link {
  readonly name: string;
  readonly entries = new Chain<Entry>();

  constructor(name: string) {
    super();
    this.name = name;
  }
}

class TenantLine<Entry extends Waiting> extends Link {
  readonly name: string;
  readonly functions = new Map<string, FunctionLine<Entry>>();
  /** Those of which somebody could go, in turn. */
  readonly turns = new Chain<FunctionLine<Entry>>();
  /** How many wait, and what they are expected to cost. */
  length = 0;
  costMs = 0;
  creditMs = quantumMs;

  constructor(name: string) {
    super();
    this.name = name;
  }
}

/**
 * Those who wait for the same places, fair between tenants by what their requests cost, and then between a tenant's
 * functions by turns. Deficit round robin (M. Shreedhar and G. Varghese, "Efficient fair queuing using deficit round-robin",
 * IEEE/ACM Transactions on Networking 4, 1996); a tenant that has just come goes before those who have waited longer, for one
 * turn, as in FQ-CoDel (RFC 8290): a trickle does not wait for a round of all others. Each operation takes constant time, a
 * request's cost counting as a constant.
 */
export class FairLine<Entry extends Waiting> {
  readonly #tenants = new Map<string, TenantLine<Entry>>();
  readonly #fresh = new Chain<TenantLine<Entry>>();
  readonly #known = new Chain<TenantLine<Entry>>();
  #length = 0;
  #costMs = 0;

  get length(): number {
    return this.#length;
  }

  /** What all that wait are expected to cost, in milliseconds. */
  get costMs(): number {
    return this.#costMs;
  }

  lengthOf(tenant: string): number {
    return this.#tenants.get(tenant)?.length ?? 0;
  }

  /** What goes before a request that would come now, in milliseconds of cost: its tenant's own, and as much of each other one's. */
  costBefore(tenant: string): number {
    const own = this.#tenants.get(tenant)?.costMs ?? 0;
    const others = this.#tenants.size - (this.#tenants.has(tenant) ? 1 : 0);
    return Math.min(this.#costMs, own + others * (own + quantumMs));
  }

  add(entry: Entry): void {
    let tenant = this.#tenants.get(entry.tenant);
    if (!tenant) {
      tenant = new TenantLine<Entry>(entry.tenant);
      this.#tenants.set(entry.tenant, tenant);
      this.#fresh.append(tenant);
    } else if (!tenant.chain) this.#known.append(tenant);
    let line = tenant.functions.get(entry.fn);
    if (!line) {
      line = new FunctionLine<Entry>(entry.fn);
      tenant.functions.set(entry.fn, line);
      tenant.turns.append(line);
    }
    line.entries.append(entry);
    this.#count(tenant, entry, 1);
  }

  /** Takes one out that does not wait any more. False if it was not in here. */
  remove(entry: Entry): boolean {
    const tenant = this.#tenants.get(entry.tenant);
    const line = tenant?.functions.get(entry.fn);
    if (!tenant || !line?.entries.remove(entry)) return false;
    this.#count(tenant, entry, -1);
    this.#endIfEmpty(tenant, line);
    return true;
  }

  /** Takes out the next whose turn it is and who may go. Functions whose turn is `another` are passed over until `resume`. */
  next(turnOf: (entry: Entry) => Turn): Entry | undefined {
    for (;;) {
      const chain = this.#fresh.first ? this.#fresh : this.#known;
      const tenant = chain.first;
      if (!tenant) return undefined;
      const line = tenant.turns.first;
      if (tenant.creditMs <= 0) {
        tenant.creditMs += quantumMs;
        this.#toKnown(chain, tenant);
      } else if (!line) this.#leave(chain, tenant);
      else {
        const entry = line.entries.first as Entry;
        const turn = turnOf(entry);
        if (turn === "nobody") return undefined;
        if (turn === "go") return this.#take(tenant, line, entry);
        tenant.turns.remove(line);
      }
    }
  }

  /** A function's requests may go again. */
  resume(tenantName: string, fn: string): void {
    const tenant = this.#tenants.get(tenantName);
    const line = tenant?.functions.get(fn);
    if (!tenant || !line || line.chain) return;
    tenant.turns.append(line);
    if (!tenant.chain) this.#known.append(tenant);
  }

  resumeAll(): void {
    for (const tenant of this.#tenants.values()) for (const fn of tenant.functions.keys()) this.resume(tenant.name, fn);
  }

  *[Symbol.iterator](): Iterator<Entry> {
    for (const tenant of [...this.#tenants.values()])
      for (const line of [...tenant.functions.values()]) yield* line.entries;
  }

  #take(tenant: TenantLine<Entry>, line: FunctionLine<Entry>, entry: Entry): Entry {
    line.entries.remove(entry);
    this.#count(tenant, entry, -1);
    tenant.creditMs -= entry.costMs;
    tenant.turns.moveToEnd(line);
    this.#endIfEmpty(tenant, line);
    return entry;
  }

  #endIfEmpty(tenant: TenantLine<Entry>, line: FunctionLine<Entry>): void {
    if (line.entries.first) return;
    tenant.turns.remove(line);
    tenant.functions.delete(line.name);
  }

  /** Nobody of it can go now. One that has just come waits for a round first: else to come one by one would be to go first always. */
  #leave(chain: Chain<TenantLine<Entry>>, tenant: TenantLine<Entry>): void {
    if (chain === this.#fresh) this.#toKnown(chain, tenant);
    else {
      chain.remove(tenant);
      if (tenant.length === 0) this.#tenants.delete(tenant.name);
    }
  }

  #toKnown(chain: Chain<TenantLine<Entry>>, tenant: TenantLine<Entry>): void {
    chain.remove(tenant);
    this.#known.append(tenant);
  }

  #count(tenant: TenantLine<Entry>, { costMs }: Entry, sign: 1 | -1): void {
    tenant.length += sign;
    this.#length += sign;
    // What is left of sums of fractions is nothing.
    tenant.costMs = tenant.length === 0 ? 0 : tenant.costMs + sign * costMs;
    this.#costMs = this.#length === 0 ? 0 : this.#costMs + sign * costMs;
  }
}
