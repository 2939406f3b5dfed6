import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { PDFDocument } from "pdf-lib";
import { expect } from "vitest";
import type { Case } from "../case.ts";

const document = await PDFDocument.create();
document.setTitle("Sent");
document.addPage([123, 45]);
const pdf = await document.save();

export const files: readonly Case[] = [
  {
    to: "files/pdf",
    send: { method: "POST", body: "Hello" },
    headers: { "content-type": "application/pdf" },
    async check(body) {
      const made = await PDFDocument.load(body);
      expect([made.getTitle(), made.getPages().map((page) => page.getWidth())]).toEqual(["Invoice", [200, 300]]);
    },
  },
  { to: "files/read-pdf", send: { method: "POST", body: pdf }, json: { title: "Sent", pages: [123] } },
  {
    to: "files/zip",
    send: { method: "POST", body: "content of a" },
    check(body) {
      const entries = Object.entries(unzipSync(body)).map(([name, bytes]) => [name, strFromU8(bytes)]);
      expect(entries).toEqual([
        ["a.txt", "content of a"],
        ["folder/", ""],
        ["folder/b.txt", "größer"],
      ]);
    },
  },
  {
    to: "files/unzip",
    send: { method: "POST", body: zipSync({ "x.txt": strToU8("größer ".repeat(500)) }, { level: 9 }) },
    json: { "x.txt": "größer ".repeat(500) },
  },
  {
    to: "uploads/",
    send: {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=limit" },
      body: [
        ...["--limit", 'content-disposition: form-data; name="note"', "", "größer"],
        ...[
          "--limit",
          'content-disposition: form-data; name="file"; filename="ü.csv"',
          "content-type: text/csv",
          "",
          "1,2",
        ],
        "--limit--\r\n",
      ].join("\r\n"),
    },
    json: { note: "größer", file: { filename: "Ã¼.csv", mimeType: "text/csv", text: "1,2" } },
  },
  { to: "files/gzip", send: { method: "POST", body: "größer" }, json: ["größer", "größer"] },
];
