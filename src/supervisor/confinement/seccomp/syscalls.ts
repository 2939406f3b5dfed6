export type SeccompArch = "x64" | "arm64";

/** Numbers of the system calls that the filter has rules of their own for. */
export const numbers: Record<SeccompArch, Record<"clone" | "clone3" | "socket" | "ioctl", number>> = {
  x64: { clone: 56, clone3: 435, socket: 41, ioctl: 16 },
  arm64: { clone: 220, clone3: 435, socket: 198, ioctl: 29 },
};

/** Denied whatever their arguments: number on x64, number on arm64 (null: it has none). */
const table: Record<string, readonly [x64: number, arm64: number | null]> = {
  // Other processes' memory and insides.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  process_mrelease: [448, 448],
  kcmp: [312, 272],
  pidfd_open: [434, 434],
  pidfd_getfd: [438, 438],
  pidfd_send_signal: [424, 424],
  // Processes; execve and clone are seen to in the filter.
  fork: [57, null],
  vfork: [58, null],
  execveat: [322, 281],
  // Mounts, roots, namespaces.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  move_mount: [429, 429],
  open_tree: [428, 428],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  setns: [308, 268],
  unshare: [272, 97],
  mknod: [133, null],
  mknodat: [259, 33],
  // Files by handle, past the permissions of the directories above them.
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  // Parts of the kernel with a history.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  keyctl: [250, 219],
  add_key: [248, 217],
  request_key: [249, 218],
  fanotify_init: [300, 262],
  modify_ldt: [154, null],
  personality: [135, 92],
  vmsplice: [278, 75],
  memfd_secret: [447, 447],
  // System V and POSIX message queues, semaphores, shared memory.
  msgget: [68, 186],
  semget: [64, 190],
  shmget: [29, 194],
  mq_open: [240, 180],
  // The machine.
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  syslog: [103, 116],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  adjtimex: [159, 171],
  iopl: [172, null],
  ioperm: [173, null],
  vhangup: [153, 58],
  uselib: [134, null],
  ustat: [136, null],
};

export function denied(arch: SeccompArch): number[] {
  return Object.values(table).flatMap(([x64, arm64]) => (arch === "x64" ? x64 : (arm64 ?? [])));
}
