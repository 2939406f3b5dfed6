import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "host operations called where no stack is left",
  holds: "The overflow is a RangeError of the function's own, and its isolate goes on or ends alone.",
  severity: "isolate",
  source: handler(
    `try { let inner = ""; const f = () => { try { f(); } catch (error) { try { new URL("http://h/"); crypto.randomUUID(); console.log("x"); new TextEncoder().encode("x"); } catch (again) { inner = again.name; } throw error; } }; f(); } catch (error) { return new Response(error.name); } return new Response("fine");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: {
    answers: [200, "function_error", ...outOfMemory],
    body: /^(RangeError|SyntaxError|InternalError|fine)/,
  },
} satisfies FunctionAttack;
