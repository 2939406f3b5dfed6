import { dirname } from "node:path";

/**
 * Runs first and becomes the rest of the command, which inherits all that it sets. Signals that a
 * terminal or an init system sends to all processes are the server's to act on: they would end
 * bubblewrap. A core dump would hold tenants' secrets, and keep the dead process around.
 */
const shellScript = `
trap '' INT TERM HUP
cgroup=$1
shift
ulimit -c 0
{ echo 800 >/proc/self/oom_score_adj; } 2>/dev/null
if [ -n "$cgroup" ]; then { echo $$ >"$cgroup/cgroup.procs"; } 2>/dev/null; fi
exec "$@"
`;

export function shellCommand(sh: string, cgroup: string | null): string[] {
  return [sh, "-c", shellScript, "sh", cgroup ?? ""];
}

/** For a server that is root; group ids are the same numbers as user ids. */
export function setprivCommand(setpriv: string, uid: number | null): string[] {
  const user = uid === null ? [] : ["--reuid", `${uid}`, "--regid", `${uid}`, "--clear-groups"];
  const capabilities = uid === null ? [] : ["--inh-caps=-all", "--bounding-set=-all"];
  return [setpriv, ...user, ...capabilities, "--no-new-privs", "--"];
}

export interface Mount {
  readonly from: string;
  readonly to: string;
  readonly writable?: boolean;
}

export interface BubblewrapOptions {
  readonly bwrap: string;
  readonly mounts: readonly Mount[];
  /** Not root: a user namespace gives the right to make the others. */
  readonly userNamespace: boolean;
  /** Descriptor of the filter, or null for none. */
  readonly seccompFd: number | null;
}

/**
 * A sandbox of fresh namespaces: no network, no other processes, and of the file system nothing but
 * the mounts. Its first process only waits for the second and ends with the server.
 */
export function bubblewrapCommand(options: BubblewrapOptions): string[] {
  const mounts = options.mounts.toSorted((a, b) => a.to.length - b.to.length);
  return [
    options.bwrap,
    ...(options.userNamespace ? ["--unshare-user"] : []),
    ...["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--hostname", "pool"],
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL"],
    // For setpriv, which then drops them.
    ...(options.userNamespace ? [] : ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((cap) => ["--cap-add", cap])),
    // Made by itself, bubblewrap would keep the directories above a mount to its own user.
    ...foldersAbove(mounts).flatMap((folder) => ["--perms", "0755", "--dir", folder]),
    ...["--proc", "/proc"],
    ...mounts.flatMap(({ from, to, writable }) => [writable ? "--bind" : "--ro-bind", from, to]),
    ...["--chdir", "/"],
    ...(options.seccompFd === null ? [] : ["--seccomp", `${options.seccompFd}`]),
    "--",
  ];
}

/** From the top down; those that are in a mount are there already. */
function foldersAbove(mounts: readonly Mount[]): string[] {
  const folders = new Set<string>();
  for (const { to } of mounts) {
    for (let folder = dirname(to); folder !== "/"; folder = dirname(folder)) folders.add(folder);
  }
  const covered = (folder: string) => mounts.some(({ to }) => folder === to || folder.startsWith(`${to}/`));
  return [...folders].filter((folder) => !covered(folder)).sort((a, b) => a.length - b.length);
}
