import { addRoute, createRouter, findRoute, type RouterContext, removeRoute } from "rou3";
import type { LiveFunction } from "../core/deployment.ts";

export interface Match {
  readonly fn: LiveFunction;
  /** Path and query as the function sees them. */
  readonly target: string;
}

const anyMethod = "";
const mount = "/fn/";
const localSuffix = ".localhost";

/**
 * Which function answers for a host and path. Hosts are looked up by name and by each "*." suffix,
 * paths in a radix tree, so that thousands of routes cost what one does.
 *
 * Order: the exact host, "*." hosts from the longest, {name}.localhost, /fn/{name}, any host. Within
 * a host the most specific path wins.
 */
export class Router {
  readonly #functions = new Map<string, LiveFunction>();
  /** Host pattern ("" is any host) → its paths. */
  readonly #hosts = new Map<string, { readonly paths: RouterContext<string>; size: number }>();

  get size(): number {
    return this.#functions.size;
  }

  get(name: string): LiveFunction | undefined {
    return this.#functions.get(name);
  }

  set(fn: LiveFunction): void {
    this.#dropRoutes(fn.name);
    this.#functions.set(fn.name, fn);
    for (const route of fn.routes) {
      const { host, path } = split(route);
      let entry = this.#hosts.get(host);
      if (!entry) {
        entry = { paths: createRouter<string>(), size: 0 };
        this.#hosts.set(host, entry);
      }
      addRoute(entry.paths, anyMethod, path, fn.name);
      entry.size++;
    }
  }

  remove(name: string): void {
    this.#dropRoutes(name);
    this.#functions.delete(name);
  }

  /** @param host without a port, lower case. @param target path with query, starting with "/". */
  find(host: string, target: string): Match | undefined {
    const query = target.indexOf("?");
    const path = query < 0 ? target : target.slice(0, query);
    return (
      (this.#hosts.size > 0 ? this.#byHost(host, path, target) : undefined) ??
      this.#byLocalName(host, target) ??
      this.#byMount(path, target) ??
      (this.#hosts.size > 0 ? this.#inHost("", path, target) : undefined)
    );
  }

  /** The same, but only by routes that name the host. */
  findByHost(host: string, target: string): Match | undefined {
    if (this.#hosts.size === 0) return undefined;
    const query = target.indexOf("?");
    return this.#byHost(host, query < 0 ? target : target.slice(0, query), target);
  }

  #byHost(host: string, path: string, target: string): Match | undefined {
    const exact = this.#inHost(host, path, target);
    if (exact) return exact;
    for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
      const match = this.#inHost(`*${host.slice(dot)}`, path, target);
      if (match) return match;
    }
    return undefined;
  }

  #inHost(host: string, path: string, target: string): Match | undefined {
    const entry = this.#hosts.get(host);
    const name = entry && findRoute(entry.paths, anyMethod, path, { params: false })?.data;
    const fn = name === undefined ? undefined : this.#functions.get(name);
    return fn && { fn, target };
  }

  #byLocalName(host: string, target: string): Match | undefined {
    if (!host.endsWith(localSuffix)) return undefined;
    const fn = this.#functions.get(host.slice(0, -localSuffix.length));
    return fn && { fn, target };
  }

  /** The mount is cut off, so that a function sees the same paths as on a host of its own. */
  #byMount(path: string, target: string): Match | undefined {
    if (!path.startsWith(mount)) return undefined;
    const slash = path.indexOf("/", mount.length);
    const end = slash < 0 ? path.length : slash;
    const fn = this.#functions.get(path.slice(mount.length, end));
    if (!fn) return undefined;
    const rest = target.slice(end);
    return { fn, target: rest.startsWith("/") ? rest : `/${rest}` };
  }

  #dropRoutes(name: string): void {
    for (const route of this.#functions.get(name)?.routes ?? []) {
      const { host, path } = split(route);
      const entry = this.#hosts.get(host);
      if (!entry) continue;
      removeRoute(entry.paths, anyMethod, path);
      if (--entry.size === 0) this.#hosts.delete(host);
    }
  }
}

/** rou3 writes "all that follows" as "**". */
function split(route: string): { host: string; path: string } {
  const slash = route.indexOf("/");
  const path = route.slice(slash);
  return { host: route.slice(0, slash), path: path.endsWith("/*") ? `${path}*` : path };
}
