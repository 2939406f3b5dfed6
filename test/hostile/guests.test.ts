import { runAttacks } from "./run-attacks.ts";

/* What guest code does to the world that it runs in, and with its answers. */
await runAttacks(["shared"], ["escapes", "responses", "stacks", "tampering"]);
