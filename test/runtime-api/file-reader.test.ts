import { expect, it } from "vitest";
import { guest } from "./guest.ts";

const read = `const read = (method, blob, ...rest) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader[method](blob, ...rest);
  });`;

it("reads blobs in each way", async () => {
  const { run } = await guest();
  const code = `${read}
    const blob = new Blob(["é", new Uint8Array([0xff])], { type: "text/plain;charset=windows-1252" });
    return [
      [...new Uint8Array(await read("readAsArrayBuffer", blob))],
      await read("readAsBinaryString", blob),
      await read("readAsText", blob),
      await read("readAsText", blob, "utf-8"),
      await read("readAsText", new Blob(["\ufeffé"]), "no such label"),
      await read("readAsDataURL", blob),
      await read("readAsDataURL", new Blob([])),
    ];`;
  expect(await run(code)).toEqual([
    [0xc3, 0xa9, 0xff],
    "Ã©ÿ",
    "Ã©ÿ",
    "é\ufffd",
    "é",
    "data:text/plain;charset=windows-1252;base64,w6n/",
    "data:application/octet-stream;base64,",
  ]);
});

it("tells how it goes, by events in order", async () => {
  const { run } = await guest();
  const code = `
    const reader = new FileReader();
    const seen = [reader.readyState];
    const all = ["loadstart", "progress", "load", "abort", "loadend"];
    const done = new Promise((resolve) => {
      for (const type of all) reader["on" + type] = (e) => { seen.push([type, reader.readyState, e.loaded, e.total, e instanceof ProgressEvent]); if (type === "loadend") resolve(); };
    });
    reader.readAsText(new Blob(["four"]));
    seen.push(reader.readyState);
    try { reader.readAsText(new Blob([])); } catch (error) { seen.push(error.name); }
    await done;
    reader.readAsText(new Blob(["x"]));
    reader.abort();
    return [...seen, reader.result, reader.error.name, FileReader.DONE];`;
  expect(await run(code)).toEqual([
    ...[0, 1, "InvalidStateError", ["loadstart", 1, 0, 4, true], ["progress", 1, 4, 4, true]],
    ...[
      ["load", 2, 4, 4, true],
      ["loadend", 2, 4, 4, true],
      ["abort", 2, 0, 0, true],
      ["loadend", 2, 0, 0, true],
    ],
    ...[null, "AbortError", 2],
  ]);
});

it("takes blobs only", async () => {
  const { run } = await guest();
  const code = `return [{}, "text", undefined].map((it) => { try { new FileReader().readAsText(it); } catch (error) { return error.name; } });`;
  expect(await run(code)).toEqual(["TypeError", "TypeError", "TypeError"]);
});
