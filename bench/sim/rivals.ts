import { HashRing, hashOf } from "../../src/scheduler/hash-ring.ts";
import { IsletPolicy } from "./islet-policy.ts";
import type { Instance, SimNode } from "./node.ts";
import type { Cluster, NamedPolicy, Policy } from "./policy.ts";

/** As in "Consistent hashing with bounded loads" and as Vimeo has set it in HAProxy. */
const bound = 1.25;

function random({ nodes, random }: Cluster): Policy {
  return { choose: () => nodes[random.below(nodes.length)] as SimNode };
}

function roundRobin({ nodes }: Cluster): Policy {
  let next = 0;
  return { choose: () => nodes[next++ % nodes.length] as SimNode };
}

function leastConnections({ nodes, leastBusy }: Cluster): Policy {
  return { choose: () => nodes[leastBusy.first] as SimNode };
}

/** Of two at random the one with fewer in flight (M. Mitzenmacher, 2001). */
function powerOfTwo({ nodes, random }: Cluster): Policy {
  return {
    choose: () => {
      const [a, b] = [nodes[random.below(nodes.length)] as SimNode, nodes[random.below(nodes.length)] as SimNode];
      return a.inFlight <= b.inFlight ? a : b;
    },
  };
}

/**
 * Apache OpenWhisk's ShardingContainerPoolBalancer: from the home by the hash on in steps of the hash's own size, which
 * has no divisor with the number of nodes, to the first with a free slot; when there is none, any.
 */
function openWhisk({ nodes, random, slots }: Cluster): Policy {
  const steps = nodes.flatMap((_, i) => (coprime(i + 1, nodes.length) ? [i + 1] : []));
  const home = (fn: number) => hashOf(`function-${fn}`) % nodes.length;
  return {
    home: (fn) => nodes[home(fn)],
    choose: (fn) => {
      const step = steps[hashOf(`function-${fn}`) % steps.length] as number;
      for (let i = 0, at = home(fn); i < nodes.length; i++, at = (at + step) % nodes.length) {
        const node = nodes[at] as SimNode;
        if (node.inFlight < slots) return node;
      }
      return nodes[random.below(nodes.length)] as SimNode;
    },
  };
}

function coprime(a: number, b: number): boolean {
  return b === 0 ? a === 1 : coprime(b, a % b);
}

/** Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, 2018) and nothing else. */
function boundedHashing({ nodes, busy, functions }: Cluster): Policy {
  const ring = new HashRing(nodes);
  const orders = new Array<readonly SimNode[] | undefined>(functions);
  const orderOf = (fn: number, atLeast: number): readonly SimNode[] => {
    const known = orders[fn];
    if (known && known.length >= atLeast) return known;
    const order = ring.order(hashOf(`function-${fn}`), atLeast);
    orders[fn] = order;
    return order;
  };
  return {
    home: (fn) => orderOf(fn, 1)[0],
    choose: (fn) => {
      const share = Math.ceil((bound * (busy() + 1)) / nodes.length);
      for (let wanted = 4; ; wanted *= 4) {
        const order = orderOf(fn, Math.min(wanted, nodes.length));
        const node = order.find(({ inFlight }) => inFlight < share);
        if (node) return node;
        if (order.length >= nodes.length) return order[0] as SimNode;
      }
    },
  };
}

/**
 * Plain keep-alive, as of clouds where an instance has one request at a time: the instance that became idle last, or a
 * new one on the least busy node. Nodes drop what was used least recently, as all do here.
 */
function keepAlive({ nodes, leastBusy, functions }: Cluster): Policy {
  const idle = new Array<Instance[] | undefined>(functions);
  return {
    choose: (fn) => {
      const stack = idle[fn] ?? [];
      for (let top = stack.pop(); top; top = stack.pop()) {
        if (top.busy === 0 && top.node.instance(fn) === top) return top.node;
      }
      return nodes[leastBusy.first] as SimNode;
    },
    idle: (instance) => {
      idle[instance.fn] ??= [];
      idle[instance.fn]?.push(instance);
    },
  };
}

export const policies: readonly NamedPolicy[] = [
  { name: "Islet", make: (cluster) => new IsletPolicy(cluster) },
  { name: "bounded hashing", make: boundedHashing },
  { name: "OpenWhisk", make: openWhisk },
  { name: "LRU keep-alive", make: keepAlive },
  { name: "power of two", make: powerOfTwo },
  { name: "least connections", make: leastConnections },
  { name: "round robin", make: roundRobin },
  { name: "random", make: random },
];
