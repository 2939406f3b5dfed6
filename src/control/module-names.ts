import { IsletError } from "../core/errors.ts";

const longestName = 255;
/** The names of modules that Islet itself provides begin so. */
export const ownModules = "islet:";

/** @throws IsletError invalid_module_name. */
export function checkModuleName(name: string): void {
  const problem = problemOf(name);
  if (problem) {
    throw new IsletError("invalid_module_name", `The module name ${JSON.stringify(name)} ${problem}.`, {
      place: { module: name },
    });
  }
}

function problemOf(name: string): string | null {
  if (name === "") return "is empty";
  if (Buffer.byteLength(name) > longestName) return `is longer than ${longestName} bytes`;
  if (!name.isWellFormed()) return "is not well-formed Unicode";
  if (name.includes("\\")) return "has a backslash";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be in a name
  if (/[\u0000-\u001f\u007f]/.test(name)) return "has a control character";
  if (name.startsWith("/") || /^[A-Za-z]:\//.test(name)) return "is an absolute path";
  if (name.startsWith(ownModules)) return `begins with ${ownModules}, which is kept for Islet's own modules`;
  const parts = name.split("/");
  if (parts.includes("")) return "has an empty part";
  if (parts.includes(".") || parts.includes("..")) return "has a '.' or '..' part";
  return null;
}
