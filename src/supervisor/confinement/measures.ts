/** What keeps a pool process from hurting anybody but itself, each with what it is good for. */
export const measures = {
  user: "a user id of its own, not the server's",
  privileges: "no capabilities, and no way to gain any (no_new_privs)",
  permissions: "Node's permission model: no files but Islet's own code, no child processes",
  network: "a network namespace without networks",
  processes: "a process namespace in which it sees only itself",
  files: "a root directory with nothing but libraries, Node and Islet's code",
  seccomp: "a filter of system calls",
  memoryWatch: "its memory is looked at with each beat",
  memoryCgroup: "a memory cgroup of its own, should the watch be late",
  oomScore: "the kernel ends it before others when memory runs out",
} as const;

export type MeasureName = keyof typeof measures;

export const measureNames = Object.keys(measures) as MeasureName[];

export interface Measure {
  readonly name: MeasureName;
  readonly inForce: boolean;
  /** Why it is not in force. */
  readonly why: string | null;
}

/** Reasons by measure; a measure that is not there has none. */
export type Reasons = Partial<Record<MeasureName, string>>;

/** Of fronts in which functions run (isolation none): they hold sockets and files as fronts do. */
export function measuresOfFronts(): Measure[] {
  const watched = process.platform === "linux";
  return measureNames.map((name) => {
    if (name === "memoryWatch" && watched) return { name, inForce: true, why: null };
    const why = name === "memoryWatch" ? `there is none on ${process.platform}` : inFronts;
    return { name, inForce: false, why };
  });
}

const inFronts = "isolation is none: functions run in the front processes, which nothing confines";

/** One line for an operator: "network: …; seccomp: …". */
export function describeMissing(list: readonly Measure[]): string {
  const missing = list.filter(({ inForce }) => !inForce);
  return missing.map(({ name, why }) => `${name} (${why ?? "no reason known"})`).join("; ");
}
