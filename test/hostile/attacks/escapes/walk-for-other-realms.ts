import { walk } from "../../walk.ts";

export default walk(
  "functions of another realm",
  "Every object that can be reached is of the guest's own realm.",
  `if (typeof value === "function" && !(value instanceof Function) && value !== Function.prototype) found.push(path); if (typeof value === "object" && !(value instanceof Object) && Object.getPrototypeOf(value) !== null && value !== Object.prototype) found.push(path);`,
);
