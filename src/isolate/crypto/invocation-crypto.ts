import type { SubtleAnswer } from "../../../runtime-api/crypto-ops.ts";
import type { Lane } from "../lane.ts";
import { type LiveInvocation, nextId } from "../live-invocation.ts";
import { GuestCrypto, type SubtleCaller } from "./guest-crypto.ts";
import { HashStreams } from "./hash-streams.ts";

/** The isolate that calls come from. */
export interface CryptoIsolate {
  readonly lane: Lane["kind"];
  cpuMsOf(live: LiveInvocation): number;
  settle(live: LiveInvocation, id: number, answer: SubtleAnswer): void;
}

/** crypto.subtle for the invocations of one isolate: each pays for its calls, and its answers end with it. */
export class InvocationCrypto {
  readonly #isolate: CryptoIsolate;
  #guest: GuestCrypto | undefined;
  readonly hashes = new HashStreams();

  constructor(isolate: CryptoIsolate) {
    this.#isolate = isolate;
  }

  call(live: LiveInvocation, call: string, keys: string, bytes: Uint8Array): SubtleAnswer | number {
    this.#guest ??= new GuestCrypto();
    const caller = this.#caller(live);
    if (this.#isolate.lane === "main") return this.#guest.call(caller, nextId, call, keys, bytes);
    // The meter of a thread knows nothing of what is done on this one.
    const startMs = performance.now();
    const answer = this.#guest.call(caller, nextId, call, keys, bytes);
    live.cpuMs += performance.now() - startMs;
    return answer;
  }

  #caller(live: LiveInvocation): SubtleCaller {
    const forbids = (ms: number): string | undefined => {
      const leftMs = live.cpuLimitMs - this.#isolate.cpuMsOf(live);
      if (ms <= leftMs) return undefined;
      const left = Math.max(0, Math.floor(leftMs));
      const limit = live.id === 0 ? "startupMs" : "cpuMs";
      return `it takes about ${Math.ceil(ms)} ms of CPU time, and ${left} ms are left (limits.${limit})`;
    };
    return {
      owner: live,
      onThread: this.#isolate.lane !== "main",
      forbids,
      get over() {
        // Modules may begin what requests will wait for.
        return live.over && live.id !== 0;
      },
      charge: (ms) => {
        const why = forbids(ms);
        if (why === undefined) live.cpuMs += ms;
        return why;
      },
      settle: (id, answer) => this.#isolate.settle(live, id, answer),
    };
  }
}
