import { dispose, iterated } from "./iterating.ts";
import {
  awaited,
  carryThroughPromises,
  continued,
  goesOn,
  newToken,
  passed,
  resumed,
  resumedIn,
  waiting,
  waitingIn,
  yielded,
} from "./waiting.ts";

carryThroughPromises();

/** For one module of rewritten code: what src/core/async-support.ts lists. */
export function asyncSupport(): object {
  return {
    __proto__: null,
    ...{ waiting, waitingIn, awaited, resumed, resumedIn, goesOn, newToken, token: newToken() },
    ...{ passed, yielded, continued, iterated, dispose },
  };
}
