import { readFileSync, readlinkSync } from "node:fs";
import type { MeasureName } from "./measures.ts";

/** Measures whose state /proc tells. */
type Visible = Exclude<MeasureName, "memoryWatch">;

/** What is in force for a process, as the kernel says; null when it is gone. */
export function observe(pid: number, cgroup: string | null): Record<Visible, boolean> | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
    const apart = (namespace: string) =>
      readlinkSync(`/proc/${pid}/ns/${namespace}`) !== readlinkSync(`/proc/self/ns/${namespace}`);
    const arguments_ = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    const cgroupName = cgroup?.split("/").at(-1);
    return {
      user: Number(field("Uid")) !== process.getuid?.(),
      privileges: field("NoNewPrivs") === "1" && /^0+$/.test(field("CapEff")),
      permissions: arguments_.includes("--permission"),
      network: apart("net"),
      processes: apart("pid"),
      files: apart("mnt"),
      seccomp: field("Seccomp") === "2",
      memoryCgroup: cgroupName !== undefined && readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(`/${cgroupName}`),
      oomScore: Number(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8")) > 0,
    };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
}
