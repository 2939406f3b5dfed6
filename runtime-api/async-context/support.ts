import { carryThroughArrays } from "./arrays.ts";
import { dispose, iterated, resuming } from "./iterating.ts";
import {
  awaited,
  carryThroughPromises,
  caught,
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
carryThroughArrays();

/** For one module of rewritten code: what src/core/async-support.ts lists. */
export function asyncSupport(): object {
  return {
    __proto__: null,
    ...{ waiting, waitingIn, awaited, resumed, resumedIn, goesOn, caught, newToken, token: newToken() },
    ...{ passed, yielded, continued, iterated, resuming, dispose },
  };
}
