import type { BundleModule } from "../core/deployment.ts";
import { nodeModuleOf } from "../core/node-modules.ts";

const quoted = /["'`](?:node:)?([a-z_]+(?:\/[a-z_]+)?)["'`]/g;
const text = new TextDecoder();

/**
 * Source of a module with all modules of Node's that a bundle names between quotes, for a require() that gives them at
 * once: modules can only be imported before any code runs.
 */
export function requiredModules(modules: Iterable<BundleModule>): string {
  const names = new Set<string>();
  for (const { type, bytes } of modules) {
    if (type !== "esm") continue;
    for (const [, specifier = ""] of text.decode(bytes).matchAll(quoted)) {
      const name = nodeModuleOf(specifier);
      if (name !== null && name !== "module") names.add(name);
    }
  }
  const all = [...names];
  const imports = all.map((name, index) => `import m${index} from${JSON.stringify(`node:${name}`)};`);
  return `${imports.join("")}export default{__proto__:null,${all.map((name, index) => `${JSON.stringify(name)}:m${index}`).join()}};`;
}
