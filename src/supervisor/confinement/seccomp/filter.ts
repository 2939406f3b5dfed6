import { denied, numbers, type SeccompArch } from "./syscalls.ts";

/**
 * A seccomp filter for pool processes as a classic BPF program. It denies what V8 and Node never
 * need once they run: other processes, other networks, mounts, the kernel's less trodden paths.
 * `execve` stays allowed, because the launcher puts the filter on before it executes Node; without
 * `fork` and with nothing else to execute in the sandbox there is little that it could be used for.
 *
 * What is allowed whatever its arguments costs nothing to speak of: the kernel (5.11 and later)
 * finds out once for each system call and keeps the answer in a bitmap.
 */
export function seccompFilter(arch: SeccompArch): Buffer {
  const nr = numbers[arch];
  const program: number[][] = [
    load(archAt),
    jumpIfEqual(auditArch[arch], 1, 0),
    answer(killProcess),
    load(numberAt),
    // The second numbering of x86-64 (x32), under which all the denied calls could be had again.
    ...(arch === "x64" ? [jumpIfAtLeast(x32Bit, 0, 1), answer(fail(ENOSYS))] : []),
    // Its flags are in memory, where a filter cannot look. C libraries fall back to `clone`.
    ...when(nr.clone3, [answer(fail(ENOSYS))]),
    // Threads, but no processes.
    ...when(nr.clone, [load(argumentAt(0)), jumpIfAnyBit(CLONE_THREAD, 0, 1), answer(allow), answer(fail(EPERM))]),
    ...when(nr.socket, [load(argumentAt(0)), jumpIfEqual(AF_UNIX, 0, 1), answer(allow), answer(fail(EPERM))]),
    // Typing into the terminal that the server may have been started from.
    ...when(nr.ioctl, [
      load(argumentAt(1)),
      jumpIfEqual(TIOCSTI, 1, 0),
      jumpIfEqual(TIOCLINUX, 0, 1),
      answer(fail(EPERM)),
      answer(allow),
    ]),
    ...denied(arch).flatMap((number) => when(number, [answer(fail(EPERM))])),
    answer(allow),
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [at, [code = 0, yes = 0, no = 0, k = 0]] of program.entries()) {
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(yes, at * 8 + 2);
    bytes.writeUInt8(no, at * 8 + 3);
    bytes.writeUInt32LE(k, at * 8 + 4);
  }
  return bytes;
}

/** The architecture that a filter is needed for, or null when there is none for this machine. */
export function seccompArch(arch: string): SeccompArch | null {
  return arch === "x64" || arch === "arm64" ? arch : null;
}

// From linux/audit.h, linux/seccomp.h, linux/sched.h, asm-generic/ioctls.h and errno.h.
const auditArch: Record<SeccompArch, number> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
const x32Bit = 0x4000_0000;
const allow = 0x7fff_0000;
const killProcess = 0x8000_0000;
const fail = (errno: number) => 0x0005_0000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const CLONE_THREAD = 0x0001_0000;
const AF_UNIX = 1;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

// Offsets into struct seccomp_data; both architectures are little-endian.
const numberAt = 0;
const archAt = 4;
const argumentAt = (index: number) => 16 + 8 * index;

// Instructions of classic BPF: code, jump if true, jump if false, operand.
const load = (at: number) => [0x20, 0, 0, at];
const jumpIfEqual = (value: number, yes: number, no: number) => [0x15, yes, no, value];
const jumpIfAtLeast = (value: number, yes: number, no: number) => [0x35, yes, no, value];
const jumpIfAnyBit = (bits: number, yes: number, no: number) => [0x45, yes, no, bits];
const answer = (action: number) => [0x06, 0, 0, action];

/** Runs `then`, which must end with an answer, for one system call. */
function when(number: number, then: number[][]): number[][] {
  return [jumpIfEqual(number, 0, then.length), ...then];
}
