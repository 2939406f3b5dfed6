import {
  addAbortListener,
  EventEmitter as Base,
  captureRejectionSymbol,
  captureRejections,
  defaultMaxListeners,
  EventEmitterAsyncResource,
  errorMonitor,
  getEventListeners,
  getMaxListeners,
  on,
  once,
  usingDomains,
} from "unenv/node/events";
import { wrongType } from "./node-error.ts";

interface Emitter {
  setMaxListeners(most: number): unknown;
  listenerCount(type: string | symbol): number;
}

export function setMaxListeners(most: number = defaultMaxListeners, ...targets: unknown[]): void {
  // Event targets of the web have no number to exceed.
  for (const target of targets) (target as Partial<Emitter>).setMaxListeners?.(most);
}

export function listenerCount(emitter: Emitter, type: string | symbol): number {
  return emitter.listenerCount(type);
}

type Options = ConstructorParameters<typeof Base>[0];

/** As Node's: code from before there were classes calls it on an object of its own. */
function callable(this: object, options?: Options): unknown {
  if (new.target) return Reflect.construct(Base, [options], new.target);
  Object.assign(this, new Base(options));
  return undefined;
}

export const EventEmitter = callable as unknown as typeof Base & { EventEmitter: unknown };
Object.setPrototypeOf(EventEmitter, Base);
const hidden = { writable: true, enumerable: false, configurable: true };
Object.defineProperties(EventEmitter, {
  prototype: { value: Base.prototype, writable: false },
  name: { value: "EventEmitter", configurable: true },
  EventEmitter: { value: EventEmitter, ...hidden },
  setMaxListeners: { value: setMaxListeners, ...hidden },
  listenerCount: { value: listenerCount, ...hidden },
});
const methods = Base.prototype as unknown as Record<string, Add>;
type Add = (this: unknown, type: string | symbol, listener: unknown) => unknown;

/** Those of unenv's take whatever they are given for a listener. */
function checked(name: string): Add {
  const method = methods[name] as Add;
  const { [name]: add } = {
    [name](this: unknown, type: string | symbol, listener: unknown): unknown {
      if (typeof listener !== "function") throw wrongType("listener", "function", listener);
      return Reflect.apply(method, this, [type, listener]);
    },
  };
  return add as Add;
}

const { removeListener } = Base.prototype;
const addListener = checked("addListener");
Object.defineProperties(Base.prototype, {
  constructor: { value: EventEmitter, ...hidden },
  // The same functions, as subclasses rely on.
  addListener: { value: addListener, ...hidden },
  on: { value: addListener, ...hidden },
  off: { value: removeListener, ...hidden },
  once: { value: checked("once"), ...hidden },
  prependListener: { value: checked("prependListener"), ...hidden },
  prependOnceListener: { value: checked("prependOnceListener"), ...hidden },
});

export {
  addAbortListener,
  captureRejectionSymbol,
  captureRejections,
  defaultMaxListeners,
  EventEmitterAsyncResource,
  errorMonitor,
  getEventListeners,
  getMaxListeners,
  on,
  once,
  usingDomains,
};
export default EventEmitter;
