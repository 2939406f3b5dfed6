import { asyncContext, type Frame } from "./async-context/frame.ts";
import { currentInvocation, setCurrent } from "./current.ts";
import { host } from "./host.ts";
import { report } from "./report.ts";
import { SafeMap, SafeSet } from "./tamper-proof.ts";
import { requireArguments, toDomString } from "./webidl.ts";

const { apply } = Reflect;
const { then } = Promise.prototype;
const resolved = Promise.resolve();
// Without this, then() would ask a constructor that the tenant can replace.
void Object.defineProperty(resolved, "constructor", { value: undefined });

// The language's own, which evaluates in the global scope when it is called by another name.
const { eval: evaluate } = globalThis;
const isFunction = (value: unknown): value is Callback => typeof value === "function";

type Callback = (...args: unknown[]) => unknown;

interface Timer {
  readonly invocation: number;
  readonly callback: Callback;
  readonly args: unknown[];
  readonly repeat: boolean;
  readonly frame: Frame | undefined;
}

const timers = new SafeMap<number, Timer>();
const byInvocation = new SafeMap<number, SafeSet<number>>();

function start(handler: unknown, delay: unknown, repeat: boolean, args: unknown[]): number {
  const callback = isFunction(handler) ? handler : sourceToRun(toDomString(handler));
  // The conversion to a 32-bit integer is what Web IDL says, wrap-around included.
  const ms = Math.max(0, Number(delay) | 0);
  const id = host.startTimer(currentInvocation(), ms, repeat);
  keep(id, { invocation: currentInvocation(), callback, args, repeat, frame: asyncContext.frame });
  return id;
}

function keep(id: number, timer: Timer): void {
  if (id === 0) throw new RangeError("too many timers: the limit is limits.timers of the function's manifest");
  timers.set(id, timer);
  const ids = byInvocation.get(timer.invocation);
  if (ids) ids.add(id);
  else byInvocation.set(timer.invocation, new SafeSet<number>().add(id));
}

/**
 * Runs later, in an entry of its own, as soon as the host has done what is due before. Ends with the present
 * invocation. Throws a RangeError when that has too many timers.
 */
export function queueTask(task: () => void): void {
  keep(host.startTask(currentInvocation()), {
    invocation: currentInvocation(),
    callback: task,
    args: [],
    repeat: false,
    frame: asyncContext.frame,
  });
}

/** A handler that is no function is the source of a script, as the HTML Standard has it. */
function sourceToRun(source: string): Callback {
  return () => evaluate(source);
}

function forget(id: number, invocation: number): void {
  timers.delete(id);
  const ids = byInvocation.get(invocation);
  if (ids?.delete(id) && ids.size === 0) byInvocation.delete(invocation);
}

function run(callback: Callback, args: unknown[], frame: Frame | undefined): void {
  asyncContext.frame = frame;
  try {
    apply(callback, globalThis, args);
  } catch (error) {
    report(error);
  }
}

/** The host's entry: a timer is due. */
export function fireTimer(id: number): void {
  const timer = timers.get(id);
  if (!timer) return;
  if (!timer.repeat) forget(id, timer.invocation);
  setCurrent(timer.invocation);
  run(timer.callback, timer.args, timer.frame);
}

/** Forgets the timers of an invocation that has ended: the host will not fire them any more. */
export function endTimers(invocation: number): void {
  const ids = byInvocation.get(invocation);
  if (!ids) return;
  byInvocation.delete(invocation);
  ids.forEach((id) => {
    timers.delete(id);
  });
}

export function setTimeout(handler: Callback | string, timeout: unknown = 0, ...args: unknown[]): number {
  requireArguments(arguments.length, 1, "setTimeout");
  return start(handler, timeout, false, args);
}

export function setInterval(handler: Callback | string, timeout: unknown = 0, ...args: unknown[]): number {
  requireArguments(arguments.length, 1, "setInterval");
  return start(handler, timeout, true, args);
}

export function clearTimeout(id?: unknown): void {
  const number = Number(id);
  const timer = timers.get(number);
  if (!timer) return;
  forget(number, timer.invocation);
  host.stopTimer(number);
}

export function clearInterval(id?: unknown): void {
  clearTimeout(id);
}

export function queueMicrotask(callback: () => unknown): void {
  if (typeof callback !== "function") throw new TypeError("queueMicrotask: a function is required");
  const { frame } = asyncContext;
  apply(then, resolved, [() => run(callback, [], frame)]);
}
