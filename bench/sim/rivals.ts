import { HashRing, hashOf } from "../../src/scheduler/hash-ring.ts";
import { leastRecentlyUsed } from "./eviction.ts";
import type { SimSpot } from "./front.ts";
import type { Instance } from "./node.ts";
import type { Cluster, NamedPolicy, Policy } from "./policy.ts";

/** As in "Consistent hashing with bounded loads" and as Vimeo has set it in HAProxy. */
const bound = 1.25;

function random({ front: { spots }, random }: Cluster): Policy {
  return { choose: () => spots[random.below(spots.length)] as SimSpot };
}

function roundRobin({ front: { spots }, random }: Cluster): Policy {
  let next = random.below(spots.length);
  return { choose: () => spots[next++ % spots.length] as SimSpot };
}

function leastConnections({ front: { spots, leastBusy } }: Cluster): Policy {
  return { choose: () => spots[leastBusy.first] as SimSpot };
}

/** Of two at random the one with fewer in flight (M. Mitzenmacher, 2001). */
function powerOfTwo({ front: { spots }, random }: Cluster): Policy {
  return {
    choose: () => {
      const [a, b] = [spots[random.below(spots.length)] as SimSpot, spots[random.below(spots.length)] as SimSpot];
      return a.inFlight <= b.inFlight ? a : b;
    },
  };
}

/**
 * Apache OpenWhisk's ShardingContainerPoolBalancer: from the home by the hash on in steps of the hash's own size, which
 * has no divisor with the number of nodes, to the first with a free slot; when there is none, any. Each front has its
 * part of every node's slots.
 */
const openWhisk =
  (slotsPerNode: number) =>
  ({ front: { spots }, random, fronts }: Cluster): Policy => {
    const slots = slotsPerNode / fronts;
    const steps = spots.flatMap((_, i) => (coprime(i + 1, spots.length) ? [i + 1] : []));
    const home = (fn: number) => hashOf(`function-${fn}`) % spots.length;
    return {
      home: (fn) => spots[home(fn)],
      choose: (fn) => {
        const step = steps[hashOf(`function-${fn}`) % steps.length] as number;
        for (let i = 0, at = home(fn); i < spots.length; i++, at = (at + step) % spots.length) {
          const spot = spots[at] as SimSpot;
          if (spot.inFlight < slots) return spot;
        }
        return spots[random.below(spots.length)] as SimSpot;
      },
    };
  };

function coprime(a: number, b: number): boolean {
  return b === 0 ? a === 1 : coprime(b, a % b);
}

/** Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, 2018) and nothing else. */
function boundedHashing({ front, functions }: Cluster): Policy {
  const { spots } = front;
  const ring = new HashRing(spots);
  const orders = new Array<readonly SimSpot[] | undefined>(functions);
  const orderOf = (fn: number, atLeast: number): readonly SimSpot[] => {
    const known = orders[fn];
    if (known && known.length >= atLeast) return known;
    const order = ring.order(hashOf(`function-${fn}`), atLeast);
    orders[fn] = order;
    return order;
  };
  return {
    home: (fn) => orderOf(fn, 1)[0],
    choose: (fn) => {
      const share = Math.ceil((bound * (front.inFlight + 1)) / spots.length);
      for (let wanted = 4; ; wanted *= 4) {
        const order = orderOf(fn, Math.min(wanted, spots.length));
        for (const spot of order) if (spot.inFlight < share) return spot;
        if (order.length >= spots.length) return order[0] as SimSpot;
      }
    },
  };
}

/**
 * Plain keep-alive, as of clouds where an instance has one request at a time: the instance that became idle last, or a
 * new one on the least busy node. It knows of all requests and instances, whatever the number of fronts.
 */
function keepAlive({ front: { spots, leastBusy }, functions }: Cluster): Policy {
  const idle = new Array<Instance[] | undefined>(functions);
  return {
    choose: (fn) => {
      const stack = idle[fn];
      for (let top = stack?.pop(); top; top = stack?.pop()) {
        if (top.busy === 0 && !top.evicted) return spots[top.node.place] as SimSpot;
      }
      return spots[leastBusy.first] as SimSpot;
    },
    idle: (instance) => {
      idle[instance.fn] ??= [];
      idle[instance.fn]?.push(instance);
    },
  };
}

/** Each with its nodes' memory in the order of last use, as it has it or as is usual. */
export const rivals: readonly NamedPolicy[] = [
  { name: "bounded hashing", make: boundedHashing, eviction: leastRecentlyUsed },
  // Slots are what an operator sets: few are good where functions compute, many where they wait; 200 is Islet's own limit.
  { name: "OpenWhisk, 8 slots", make: openWhisk(8), eviction: leastRecentlyUsed },
  { name: "OpenWhisk, 200 slots", make: openWhisk(200), eviction: leastRecentlyUsed },
  { name: "LRU keep-alive", make: keepAlive, central: true, eviction: leastRecentlyUsed },
  { name: "power of two", make: powerOfTwo, eviction: leastRecentlyUsed },
  { name: "least connections", make: leastConnections, eviction: leastRecentlyUsed },
  { name: "round robin", make: roundRobin, eviction: leastRecentlyUsed },
  { name: "random", make: random, eviction: leastRecentlyUsed },
];
