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
const { addListener, removeListener } = Base.prototype;
Object.defineProperties(Base.prototype, {
  constructor: { value: EventEmitter, ...hidden },
  // The same functions, as subclasses rely on.
  on: { value: addListener, ...hidden },
  off: { value: removeListener, ...hidden },
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
