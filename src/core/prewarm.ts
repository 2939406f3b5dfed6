/**
 * What came of loading a version before anybody asks for it: it is `warm`; it `failed` to load; the process had
 * requests (`busy`) or no memory to spare (`full`); it was `lost` meanwhile; or there is `no_place` for it yet.
 */
export const prewarmOutcomes = ["warm", "failed", "busy", "full", "lost", "no_place"] as const;
export type PrewarmOutcome = (typeof prewarmOutcomes)[number];
