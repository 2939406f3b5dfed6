import { defineInterface } from "./webidl.ts";

export class Navigator {
  get userAgent(): string {
    return "Islet";
  }
}
defineInterface(Navigator, "Navigator", ["userAgent"]);

export const navigator = new Navigator();
