import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "Error.prepareStackTrace that loops when the runtime throws",
  holds: "An error that the runtime makes for the tenant gives the tenant no hold on the host's time.",
  severity: "isolate",
  source: handler(
    `Error.prepareStackTrace = () => { for (;;); }; try { new URL("no url"); } catch (error) { error.stack; } return new Response("caught");`,
  ),
  expectation: { answers: [...outOfTime, 200] },
} satisfies FunctionAttack;
