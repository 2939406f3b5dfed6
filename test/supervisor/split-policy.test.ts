import fc from "fast-check";
import { expect, test } from "vitest";
import { type ByKind, fewest, type Shift, SplitPolicy, usualSplitNumbers } from "../../src/supervisor/split-policy.ts";

const second = 1_000;
const minute = 60 * second;

/** A server under requests that each take CPU time of a front and of a pool process, in seconds. */
interface Work {
  readonly front: number;
  readonly pool: number;
  /** Requests a second that come; what does not fit waits. */
  readonly rate: number;
}

class Server {
  readonly policy = new SplitPolicy();
  readonly shifts: Shift[] = [];
  split: ByKind<number>;
  atMs = 0;
  readonly #noise: () => number;

  constructor(front: number, pool: number, noise = () => 0) {
    this.split = { front, pool };
    this.#noise = noise;
  }

  /** One look a second. */
  run(work: Work, forMs: number): Shift[] {
    const before = this.shifts.length;
    for (const end = this.atMs + forMs; this.atMs < end; ) {
      this.atMs += second;
      const busy = (kind: "front" | "pool") =>
        Math.min(this.split[kind], throughput(this.split, work) * work[kind] * (1 + this.#noise()));
      const look = {
        front: { count: this.split.front, busy: busy("front") },
        pool: { count: this.split.pool, busy: busy("pool") },
      };
      const shift = this.policy.look(look, this.atMs);
      if (shift) this.#carryOut(shift);
    }
    return this.shifts.slice(before);
  }

  #carryOut(shift: Shift): void {
    const { front, pool } = this.split;
    const change = shift.to === "front" ? shift.count : -shift.count;
    this.split = { front: front + change, pool: pool - change };
    this.shifts.push(shift);
  }
}

function throughput({ front, pool }: ByKind<number>, work: Work): number {
  return Math.min(work.rate, front / work.front, pool / work.pool);
}

const heavyFronts: Work = { front: 30e-6, pool: 3e-6, rate: 1e9 };
const heavyPools: Work = { front: 30e-6, pool: 3e-3, rate: 1e9 };

test("one saturated kind gets processes of the idle one, one by one with eight cores, until the other would be worse off", () => {
  const server = new Server(4, 4);
  expect(server.run(heavyFronts, 9 * second)).toEqual([]);
  const [first] = server.run(heavyFronts, second);
  expect(first).toEqual({
    from: "pool",
    to: "front",
    count: 1,
    load: { front: 1, pool: expect.closeTo(0.1) },
    gain: 1.5,
  });
  expect(server.run(heavyFronts, 29 * second)).toEqual([]);
  expect(server.run(heavyFronts, second)).toHaveLength(1);
  server.run(heavyFronts, 10 * minute);
  expect(server.split).toEqual({ front: 6, pool: 2 });

  const other = new Server(4, 4);
  other.run(heavyPools, 10 * minute);
  expect(other.split).toEqual({ front: 1, pool: 7 });
});

test("with 64 cores several change at a time, and stop where both kinds have as much to do", () => {
  const server = new Server(32, 32);
  const shifts = server.run({ front: 20e-6, pool: 5e-6, rate: 1e9 }, 10 * minute);
  expect(shifts.map(({ count }) => count)).toEqual([8, 8]);
  // The best would be 51 and 13, for six requests in a hundred: that is not worth a change.
  expect(server.split).toEqual({ front: 48, pool: 16 });
});

test.each([1, 2, 3])("with %i cores there are a front and two pool processes, whatever the load", () => {
  const server = new Server(1, 2);
  expect([...server.run(heavyFronts, minute), ...server.run(heavyPools, minute)]).toEqual([]);
});

test("with four cores pool processes can be three, and never less than two", () => {
  const server = new Server(2, 2);
  expect(server.run(heavyFronts, 10 * minute)).toEqual([]);
  expect(server.run(heavyPools, minute)).toHaveLength(1);
  expect(server.split).toEqual({ front: 1, pool: 3 });
});

test("nothing changes while both are busy, or none, or a change would bring too little", () => {
  const balanced = { front: 20e-6, pool: 16e-6, rate: 1e9 };
  expect(new Server(4, 4).run(balanced, 10 * minute)).toEqual([]);
  expect(new Server(4, 4).run({ ...heavyFronts, rate: 1_000 }, 10 * minute)).toEqual([]);
  expect(new Server(4, 4).run({ ...heavyFronts, rate: 0 }, 10 * minute)).toEqual([]);
});

test("a burst is over before anything changes", () => {
  const server = new Server(4, 4);
  for (let i = 0; i < 20; i++) {
    server.run(heavyFronts, 5 * second);
    server.run({ ...heavyFronts, rate: 0 }, 5 * second);
  }
  expect(server.shifts).toEqual([]);
});

test("what was seen before processes came or went does not count", () => {
  const server = new Server(4, 4);
  for (let i = 0; i < 5; i++) {
    expect(server.run(heavyFronts, 9 * second)).toEqual([]);
    expect(server.policy.look(null, server.atMs)).toBeNull();
  }
  expect(server.run(heavyFronts, 10 * second)).toHaveLength(1);
});

test("a load that turns about again and again has a process go to and fro once in five minutes at most", () => {
  const server = new Server(4, 4);
  const times: number[] = [];
  for (let i = 0; i < 60; i++) {
    for (let s = 0; s < 60; s++) {
      const shifts = server.run(i % 2 === 0 ? heavyFronts : heavyPools, second);
      times.push(...shifts.map(() => server.atMs));
    }
  }
  const turns = server.shifts.flatMap(({ to }, i) => (i > 0 && server.shifts[i - 1]?.to !== to ? [i] : []));
  expect(turns.length).toBeGreaterThan(2);
  for (const i of turns) {
    expect((times[i] as number) - (times[i - 1] as number)).toBeGreaterThanOrEqual(usualSplitNumbers.backMs);
  }
});

test("under any steady load, with noise, changes go one way, end near the best split, and keep the fewest", () => {
  const cost = fc.double({ min: 1e-6, max: 1e-2, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 128 }),
      cost,
      cost,
      fc.double({ min: 0.1, max: 2, noNaN: true }),
      fc.nat(),
      (cores, front, pool, pressure, seed) => {
        let i = seed % 1_000;
        const noise = () => 0.05 * Math.sin(i++ * 12.9898);
        const fronts = Math.max(1, Math.floor(cores / 2));
        const server = new Server(fronts, Math.max(2, cores - fronts), noise);
        const all = server.split.front + server.split.pool;
        const work = { front, pool, rate: (pressure * all) / (front + pool) };
        server.run(work, 60 * minute);
        expect(new Set(server.shifts.map(({ to }) => to)).size).toBeLessThanOrEqual(1);
        expect(server.split.front + server.split.pool).toBe(all);
        expect(server.split.front).toBeGreaterThanOrEqual(fewest.front);
        expect(server.split.pool).toBeGreaterThanOrEqual(fewest.pool);
        const best = Math.max(
          ...Array.from({ length: all - 2 }, (_, f) => throughput({ front: f + 1, pool: all - f - 1 }, work)),
        );
        // What a change has to bring, and the noise.
        expect(throughput(server.split, work)).toBeGreaterThan(best / usualSplitNumbers.gain / 1.15);
      },
    ),
  );
});
