import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "a function that stalls its process each time it is asked",
  holds:
    "From the second time on it meets only its like: quarantined, it is refused at last and the good function never notices.",
  severity: "process",
  source: handler(`Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1); return new Response("");`),
  times: 4,
  expectation: { answers: [...outOfProcess, "quarantined"] },
} satisfies FunctionAttack;
