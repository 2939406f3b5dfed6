import { isDeepStrictEqual } from "node:util";
import { decodeBundle, encodeBundle, versionId } from "../core/bundle.ts";
import type { Bundle, LiveFunction } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import type { StoredFunction } from "../store/store.ts";
import { ContextCarrier } from "./async-context/carrier.ts";
import type { Change, ControlDeps } from "./deps.ts";
import { policyFor } from "./limit-policy.ts";
import { applyManifest, type Candidate } from "./manifest.ts";
import { placeUpload } from "./place-upload.ts";
import type { Upload } from "./upload.ts";

export interface Deployed {
  readonly stored: StoredFunction;
  /** False when the same bytes were live already. */
  readonly created: boolean;
}

/**
 * Takes an upload live, and back. Changes of one function run one after the other, so that the store
 * and the fronts see them in the same order. What fails leaves live what was live.
 */
export class Deployer {
  readonly #deps: ControlDeps;
  readonly #carrier: ContextCarrier;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(deps: ControlDeps) {
    this.#deps = deps;
    this.#carrier = new ContextCarrier(deps.parse);
  }

  /** @throws IsletError of every kind that an upload can have. */
  async deploy(name: string, upload: Upload, onBuildLine: (line: string) => void = () => undefined): Promise<Deployed> {
    const tenant = upload.manifest.tenant ?? name;
    const policy = policyFor(this.#deps.limits, tenant, await this.#deps.store.tenant(tenant));
    const candidate = await this.#pinned(applyManifest(upload, policy));
    const { tier, bundle, compiled, why } = await placeUpload(candidate, this.#carrier);
    return this.#inTurn(name, async () => {
      const before = await this.#deps.store.get(name);
      return this.#untouched(before, async () => {
        const original = encodeBundle(bundle);
        const id = versionId(original);
        const created = before?.fn.versionId !== id;
        const { routes, egress, asked, scaling } = candidate;
        const { limits } = bundle;
        const fn: LiveFunction = {
          name,
          tenant,
          versionId: id,
          tier,
          asked,
          routes,
          limits,
          egress,
          scaling,
          group: "shared",
        };
        if (before && !created && sameDeployment(before, fn)) return { stored: before, created };
        const isChecked = created || before?.placement.decided !== tier;
        try {
          if (isChecked) await this.#check(compiled, fn, compiled.program ? null : why, onBuildLine);
          const stored = await this.#deps.store.deploy({
            ...{ fn, why },
            bytes: bytesOf(bundle),
            atMs: this.#deps.clock.epochMs(),
            original,
            compiled: encodeBundle(compiled),
          });
          await this.#publish({ set: stored.fn }, before, () => this.#deps.store.withdraw(name));
          return { stored, created };
        } finally {
          if (isChecked) this.#deps.settled(fn);
        }
      });
    });
  }

  /**
   * Makes an earlier deployment live: the one before, or the latest of `id`.
   * @throws IsletError not_found, no_previous_version, route_taken.
   */
  rollback(name: string, id: string | null): Promise<StoredFunction> {
    return this.#inTurn(name, async () => {
      const { store } = this.#deps;
      const before = await store.get(name);
      if (!before) throw noFunction(name);
      if (id === before.fn.versionId) return before;
      const target = await store.rollbackTarget(name, id);
      if (target === null) {
        throw id === null
          ? new IsletError("no_previous_version", `The function ${name} has no version before the live one.`)
          : new IsletError("not_found", `The function ${name} has no version ${id}.`);
      }
      return this.#untouched(before, async () => {
        const stored = await store.activate(name, target);
        await this.#publish({ set: stored.fn }, before, () => store.activate(name, before.deploymentId));
        return stored;
      });
    });
  }

  /**
   * Has a version run in containers from now on, since isolates' limits proved too tight for it.
   * @returns false when it is not live any more, or not free to move.
   * @throws IsletError when it cannot be loaded there, or there is no container.
   */
  moveToContainers(name: string, id: string, why: string): Promise<boolean> {
    return this.#inTurn(name, async () => {
      const { store, clock } = this.#deps;
      const before = await store.get(name);
      if (before?.fn.versionId !== id) return false;
      const { asked, now } = before.placement;
      if (asked !== "auto" || now === "container") return false;
      const moved: LiveFunction = { ...before.fn, tier: "container", fallback: "done" };
      await this.#check(decodeBundle(await store.readBundle(id)), moved, null);
      await store.move(name, id, { atMs: clock.epochMs(), why });
      await this.#publish({ set: moved }, before, () => store.move(name, id, null));
      return true;
    });
  }

  /**
   * Brings what the store says now of functions to the fronts.
   * @throws IsletError unavailable.
   */
  async refresh(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map((name) =>
        this.#inTurn(name, async () => {
          const stored = await this.#deps.store.get(name);
          if (stored) await this.#deps.publish({ set: stored.fn });
        }),
      ),
    );
  }

  /** @throws IsletError not_found. */
  remove(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      const before = await this.#deps.store.get(name);
      if (!before) throw noFunction(name);
      await this.#untouched(before, async () => {
        // Fronts first: a front that still served the function could no longer load its bundle.
        await this.#publish({ remove: name }, before, async () => before);
        try {
          await this.#deps.store.remove(name);
          this.#deps.removed();
        } catch (error) {
          await this.#deps.publish({ set: before.fn });
          throw error;
        }
      });
    });
  }

  async #pinned(candidate: Candidate): Promise<Candidate> {
    const { bundle } = candidate;
    if (!bundle.program) return candidate;
    return { ...candidate, bundle: { ...bundle, program: await this.#deps.pinned(bundle.program) } };
  }

  async #check(
    compiled: Bundle,
    fn: LiveFunction,
    why: string | null,
    onBuildLine: (line: string) => void = () => undefined,
  ): Promise<void> {
    const problem = await this.#deps.check(compiled, fn, onBuildLine).catch((error: unknown) => {
      throw error instanceof IsletError && why !== null ? becauseOf(why, error) : error;
    });
    if (problem) throw new IsletError(problem.code, problem.message, { place: problem.place });
  }

  /** Publishes what the store has already; when that fails, puts the store and the fronts back. */
  async #publish(change: Change, before: StoredFunction | null, undo: () => Promise<unknown>): Promise<void> {
    const { logger } = this.#deps;
    try {
      await this.#deps.publish(change);
    } catch (error) {
      logger.error({ err: error, change }, "a change could not be published and is taken back");
      await undo();
      const name = "set" in change ? change.set.name : change.remove;
      try {
        await this.#deps.publish(before ? { set: before.fn } : { remove: name });
      } catch (again) {
        logger.error({ err: again, function: name }, "the change before could not be published again");
      }
      throw error instanceof IsletError ? error : unpublished(error);
    }
  }

  /** Adds to the message of what fails that nothing has changed. */
  async #untouched<Result>(before: StoredFunction | null, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof IsletError ? withState(error, before) : error;
    }
  }

  #inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const result = (this.#queues.get(name) ?? Promise.resolve()).then(work);
    // The next in turn runs whatever became of this one, whose caller gets the error.
    const settled: Promise<void> = Promise.allSettled([result]).then(() => {
      if (this.#queues.get(name) === settled) this.#queues.delete(name);
    });
    this.#queues.set(name, settled);
    return result;
  }
}

function unpublished(cause: unknown): IsletError {
  return new IsletError("unavailable", "The change could not be brought to every front.", { cause });
}

/** Adds to an error's message what is live now. */
function withState(error: IsletError, before: StoredFunction | null): IsletError {
  const state = before ? `Version ${before.fn.versionId.slice(0, 12)} is live as before.` : "Nothing was deployed.";
  const message = `${error.message.replace(/[.\s]*$/, ".")} ${state}`;
  const { place, detail } = error;
  return new IsletError(error.code, message, { ...(place && { place }), ...(detail && { detail }), cause: error });
}

/** Nobody asked for a container: why it takes one is to be said with why there is none. */
function becauseOf(why: string, error: IsletError): IsletError {
  return new IsletError(error.code, `${why}, so it has to run in a container, but ${error.message}`, { cause: error });
}

function noFunction(name: string): IsletError {
  return new IsletError("not_found", `There is no function ${name}.`);
}

function bytesOf({ modules }: Bundle): number {
  return modules.reduce((sum, module) => sum + module.bytes.length, 0);
}

/** Whether all that goes with a deployment and is no part of its version is the same. */
function sameDeployment({ fn, placement }: StoredFunction, wanted: LiveFunction): boolean {
  return (
    fn.tenant === wanted.tenant &&
    placement.asked === wanted.asked &&
    placement.decided === wanted.tier &&
    sameRoutes(fn.routes, wanted.routes) &&
    isDeepStrictEqual(fn.egress, wanted.egress) &&
    isDeepStrictEqual(fn.scaling ?? {}, wanted.scaling ?? {})
  );
}

function sameRoutes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((route) => b.includes(route));
}
