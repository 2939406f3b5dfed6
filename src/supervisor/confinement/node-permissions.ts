/** What a pool process does with files beside reading its code, as Node's permission model is told it. */
const alwaysReadable = [
  // node-gyp-build looks for it when it chooses isolated-vm's build.
  "/etc/alpine-release",
];

/**
 * Options of Node that switch its permission model on and allow the least. It holds code that runs
 * in Node by mistake or by an escape from an isolate into JavaScript; native code is the system's to
 * hold. Addons are allowed for isolated-vm.
 */
export function nodePermissions(readable: readonly string[], writable: readonly string[]): string[] {
  return [
    ...["--permission", "--allow-addons"],
    ...[...readable, ...alwaysReadable].map((path) => `--allow-fs-read=${path}`),
    ...writable.map((path) => `--allow-fs-write=${path}`),
    // It warns of the exception at each start.
    "--disable-warning=PERM0001",
    // The signal would open the inspector's port.
    "--disable-sigusr1",
  ];
}
