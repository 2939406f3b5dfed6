import { extname } from "node:path/posix";
import type { ModuleType } from "../core/deployment.ts";

export const moduleTypes = ["esm", "wasm", "text", "json", "data"] as const satisfies readonly ModuleType[];

const byExtension = new Map<string, ModuleType>(
  Object.entries({
    ".js": "esm",
    ".mjs": "esm",
    ".wasm": "wasm",
    ".json": "json",
    ".txt": "text",
    ".py": "text",
    ".html": "text",
    ".css": "text",
    ".md": "text",
    ".svg": "text",
  } as const),
);

const byMediaType = new Map<string, ModuleType>(
  Object.entries({
    "text/javascript": "esm",
    "application/javascript": "esm",
    "application/javascript+module": "esm",
    "application/wasm": "wasm",
    "application/json": "json",
  } as const),
);

/** Media types that an ES module may be sent with. */
export function isJavaScript(mediaType: string): boolean {
  return byMediaType.get(mediaType) === "esm";
}

/**
 * What a part of an upload is. application/octet-stream says as little as no media type at all, since
 * curl and FormData give it to every file they do not know.
 */
export function moduleTypeOf(name: string, mediaType: string | undefined): ModuleType {
  const declared = mediaType?.toLowerCase();
  if (declared !== undefined && declared !== "application/octet-stream") {
    const known = byMediaType.get(declared);
    if (known) return known;
    if (declared.startsWith("text/")) return "text";
  }
  return byExtension.get(extname(name).toLowerCase()) ?? "data";
}
