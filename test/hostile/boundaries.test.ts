import { runAttacks } from "./run-attacks.ts";

/* What comes in from outside. */
await runAttacks(["shared"], ["clients", "uploads"]);
