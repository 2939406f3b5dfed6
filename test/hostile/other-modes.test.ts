import { attackGroups } from "./attack-files.ts";
import { runAttacks } from "./run-attacks.ts";

/* Where each tenant has a process of its own, and where the front is the only process. */
await runAttacks(["strict", "none"], attackGroups());
