/** Timers as a dependency, so that tests decide when time passes. */
export interface Timers {
  /** Calls `run` once after `ms` milliseconds, unless the returned function was called before. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` every `ms` milliseconds until the returned function is called; the first time perhaps sooner. */
  every(ms: number, run: () => void): () => void;
}

interface Round {
  readonly turns: Set<() => void>;
  readonly timer: NodeJS.Timeout;
}

/** What is called every so many milliseconds. */
const rounds = new Map<number, Round>();

/**
 * All that is to be done every so often is done together: to wake up a process costs far more than what most of them do (a twentieth of a
 * core for the beats of four idle processes, each by itself).
 */
function inRounds(ms: number, run: () => void): () => void {
  const round = rounds.get(ms) ?? newRound(ms);
  // Of its own, so that one function may be there twice.
  const turn = () => run();
  round.turns.add(turn);
  return () => {
    round.turns.delete(turn);
    if (round.turns.size > 0) return;
    clearInterval(round.timer);
    if (rounds.get(ms) === round) rounds.delete(ms);
  };
}

function newRound(ms: number): Round {
  const turns = new Set<() => void>();
  const timer = setInterval(() => {
    for (const turn of turns) turn();
  }, ms);
  const round = { turns, timer };
  rounds.set(ms, round);
  return round;
}

export const systemTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  every: inRounds,
};

/** What `work` gives, or null when it has not come `ms` milliseconds from now. */
export function within<T>(timers: Timers, ms: number, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(ms, () => resolve(null));
    work.then(resolve, reject).finally(cancel);
  });
}
