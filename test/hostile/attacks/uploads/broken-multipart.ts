import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { fine, form, part } from "../../multipart.ts";

export default {
  title: "multipart that does not end, or has no boundary",
  holds: "Each is refused with 400.",
  severity: "tame",
  async act(field) {
    const bodies: [string, string][] = [
      [part("index.js", fine), "multipart/form-data; boundary=XX"],
      ['--XX\r\ncontent-disposition: form-data; name="index.js"\r\n', "multipart/form-data; boundary=XX"],
      [form(part("index.js", fine)), "multipart/form-data"],
      [form(part("index.js", fine)), `multipart/form-data; boundary=${"X".repeat(5_000)}`],
      [form(part("index.js", fine)), 'multipart/form-data; boundary="(.*)+$"'],
      ["--XX".repeat(100_000), "multipart/form-data; boundary=XX"],
      [`--XX\r\n${"x: y\r\n".repeat(100_000)}\r\n\r\n--XX--`, "multipart/form-data; boundary=XX"],
    ];
    for (const [body, contentType] of bodies) {
      expect((await field.put(body, { "content-type": contentType })).status).toBe(400);
    }
  },
} satisfies ClientAttack;
