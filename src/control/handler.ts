/** "add.add", "package.module.application", and of Lambda also "src/index.handler". */
export const handlerPattern = /^[A-Za-z_][\w\-/]{0,199}(?:\.[A-Za-z_]\w{0,99}){1,10}$/;

/** The file that Python would import for a handler's module, or null when it is not there. */
export function handlingModule(handler: string, has: (name: string) => boolean): string | null {
  const path = handler.split(".").slice(0, -1).join("/");
  return [`${path}.py`, `${path}/__init__.py`].find(has) ?? null;
}
