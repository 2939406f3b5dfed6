/** Programs that V8 or isolated-vm cannot survive or interrupt; see what each does to its process. */

/** V8 gives up the whole process when it is asked for an array that is longer than any can be. */
export const crasher = {
  source: `export default { fetch: () => new Response(String("a".repeat(2 ** 27 + 8).split("").length)) };`,
  manifest: { limits: { cpuMs: 20_000, wallMs: 60_000 } },
};

/** A built-in that ignores the request to end. */
export const staller = {
  source: "export default { fetch: () => new Response(String([].lastIndexOf.call({ length: 2 ** 53 - 1 }, 1))) };",
  manifest: {},
};

export const looper = {
  source: "export default { fetch() { for (;;); } };",
  manifest: { limits: { cpuMs: 20 } },
};

export const saying = (text: string) => `export default { fetch: () => new Response(${JSON.stringify(text)}) };`;

export interface Trust {
  readonly state: "trusted" | "quarantined";
  readonly since: string | null;
  readonly until: string | null;
  readonly breaches: number;
  readonly reasons: readonly string[];
  readonly group: string;
}
