export interface IsolationMode {
  readonly name: "shared" | "strict" | "none";
  /** As in the environment, less "ISLET_". */
  readonly settings: Readonly<Record<string, string | number>>;
}

/** In which attacks run that can kill something; those that cannot run in the first only. */
export const isolationModes: readonly IsolationMode[] = [
  { name: "shared", settings: {} },
  { name: "strict", settings: { ISOLATION: "strict" } },
];
