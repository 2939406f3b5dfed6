import type { Logger } from "pino";
import type { IsolateSettings, PoolList } from "../core/messages.ts";
import type { PoolPlacement } from "../core/placement.ts";
import { FrontLink } from "../pool/front-link.ts";
import { localPair } from "../pool/local-connection.ts";
import type { Open } from "../pool/wire/connection.ts";
import { createIsolatePool } from "./isolate-pool.ts";

/** The pool that a front holds within itself when nothing is to be kept apart: isolation none. */
export interface LocalPool {
  /** In place of what the supervisor says of pool processes, of which there are none. */
  readonly list: PoolList;
  readonly open: Open;
  metrics(): Promise<object[]>;
  placementOf(key: string): PoolPlacement;
  close(): void;
}

export interface LocalPoolParts {
  readonly id: string;
  readonly settings: IsolateSettings;
  readonly logger: Logger;
  readonly notesFd: number;
  /** The process should be replaced. */
  readonly onUnclean: (reason: string) => void;
}

export function createLocalPool({ onUnclean, ...parts }: LocalPoolParts): LocalPool {
  const { id } = parts;
  const { host, metrics, close } = createIsolatePool({
    ...parts,
    // There is nowhere to move a function to; the log has told of it.
    breach: () => undefined,
    onUnclean: (_, how) => onUnclean(`an isolate was left ${how} on its thread`),
  });
  return {
    list: { pools: [{ id, group: "shared", place: 0, socketPath: "" }], closed: [] },
    open(receive) {
      const [ours, theirs] = localPair();
      new FrontLink(theirs, host, () => undefined);
      ours.on("data", receive);
      return ours;
    },
    metrics: () => metrics.registry.getMetricsAsJSON(),
    placementOf: (key) => host.placementOf(key),
    close,
  };
}
