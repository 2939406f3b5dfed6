import { MultipartParseError, type MultipartPart, parseMultipart } from "@remix-run/multipart-parser";
import type { BundleModule } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import { type ArchiveEntry, readArchive, writeArchive } from "./archive.ts";
import { emptyManifest, type Manifest, parseManifest } from "./manifest.ts";
import { checkModuleName } from "./module-names.ts";
import { isJavaScript, moduleTypeOf } from "./module-types.ts";
import { readBody } from "./read-body.ts";

export const mostModules = 1_000;
const manifestPart = "manifest";
/** A folder's manifest, in an archive of it. */
const manifestFile = "islet.json";
/** At the root of an upload, it makes a program in an image of it. */
const dockerfile = "Dockerfile";
const contextModule = "context.tar";
const archiveTypes = new Set(["application/x-tar", "application/tar", "application/gzip", "application/x-gzip"]);

/** An upload as it came, not yet checked beyond its form. */
export interface Upload {
  readonly manifest: Manifest;
  readonly modules: readonly BundleModule[];
  /** The only module is what an image is built of: an archive with a Dockerfile. */
  readonly isContext: boolean;
}

/**
 * Reads the body of a PUT: one ES module, multipart/form-data, or a tar archive.
 * @throws IsletError unsupported_media_type, upload_too_large, invalid_upload, invalid_module_name, invalid_manifest.
 */
export async function readUpload(request: Request, maxBytes: number): Promise<Upload> {
  const contentType = request.headers.get("content-type") ?? "";
  const mediaType = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new IsletError(
      "unsupported_media_type",
      `Uploads are read as they are, not with content-encoding ${encoding}.`,
    );
  }
  if (isJavaScript(mediaType)) {
    const bytes = await readBody(request, maxBytes);
    if (bytes.length === 0) throw invalid("The body is empty.");
    return { manifest: emptyManifest, modules: [{ name: "index.js", type: "esm", bytes }], isContext: false };
  }
  if (mediaType === "multipart/form-data") {
    const boundary = boundaryOf(contentType);
    return readParts(await readBody(request, maxBytes), boundary);
  }
  if (archiveTypes.has(mediaType)) return uploadOf(await readArchive(await readBody(request, maxBytes), maxBytes));
  throw new IsletError(
    "unsupported_media_type",
    mediaType === ""
      ? "The request has no content-type."
      : `The content-type ${mediaType} is none that a function can be uploaded as.`,
  );
}

/** An archive: the context of a Dockerfile, or modules in their folders. */
async function uploadOf(entries: readonly ArchiveEntry[]): Promise<Upload> {
  const files = entries.filter((entry) => entry.kind === "file");
  const found = files.find(({ name }) => name === manifestFile);
  const manifest = found ? parseManifest(new TextDecoder().decode(found.bytes)) : emptyManifest;
  const content = entries.filter((entry) => entry !== found);
  if (files.some(({ name }) => name === dockerfile)) return contextOf(manifest, content);
  const modules = files.filter((entry) => entry !== found);
  if (modules.length > mostModules) throw tooManyModules();
  if (modules.length === 0 && manifest.image === undefined) throw invalid("The upload has no modules.");
  const typed = modules.map(({ name, bytes }) => ({ name, type: moduleTypeOf(name, undefined), bytes }));
  return { manifest, modules: typed, isContext: false };
}

async function contextOf(manifest: Manifest, entries: readonly ArchiveEntry[]): Promise<Upload> {
  const bytes = await writeArchive(entries);
  return { manifest, modules: [{ name: contextModule, type: "data", bytes }], isContext: true };
}

function tooManyModules(): IsletError {
  return new IsletError("upload_too_large", `The upload has more than ${mostModules} modules.`);
}

function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;]*))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? "";
  if (!/^[\w'()+,\-./:=? ]{1,70}$/.test(boundary)) throw invalid("The content-type names no valid boundary.");
  return boundary;
}

async function readParts(body: Uint8Array, boundary: string): Promise<Upload> {
  const modules = new Map<string, BundleModule>();
  let manifest: Manifest | undefined;
  for (const part of partsOf(body, boundary)) {
    const name = nameOf(part);
    if (name === manifestPart) {
      if (manifest) throw invalid("The upload has more than one manifest.");
      manifest = parseManifest(textOf(part));
      continue;
    }
    checkModuleName(name);
    if (modules.has(name)) {
      const message = `The module ${JSON.stringify(name)} is in the upload more than once.`;
      throw new IsletError("invalid_module_name", message, { place: { module: name } });
    }
    if (modules.size === mostModules) {
      throw tooManyModules();
    }
    modules.set(name, { name, type: moduleTypeOf(name, part.mediaType), bytes: part.bytes });
  }
  if (modules.size === 0 && manifest?.image === undefined) throw invalid("The upload has no modules.");
  if (modules.has(dockerfile)) {
    const files = Array.from(
      modules.values(),
      ({ name, bytes }) => ({ kind: "file", name, executable: false, bytes }) as const,
    );
    return contextOf(manifest ?? emptyManifest, files);
  }
  return { manifest: manifest ?? emptyManifest, modules: [...modules.values()], isContext: false };
}

/** The parser's own limits are lifted as far as the body that has been read, which is bounded already. */
function* partsOf(body: Uint8Array, boundary: string): Generator<MultipartPart> {
  const limits = { maxFileSize: body.length, maxTotalSize: body.length, maxParts: mostModules + 2 };
  try {
    if (body.length === 0) throw new MultipartParseError("the body is empty");
    for (const part of parseMultipart(body, { boundary, ...limits })) {
      yield part;
    }
  } catch (error) {
    if (!(error instanceof MultipartParseError)) throw error;
    throw invalid(`The multipart body cannot be read: ${error.message}`, error);
  }
}

/** A part's name is the module's; where a client sets only file names, those are. */
function nameOf(part: MultipartPart): string {
  try {
    return part.name || part.filename || "";
  } catch (error) {
    throw invalid("A part's headers cannot be read as UTF-8.", error);
  }
}

function textOf(part: MultipartPart): string {
  try {
    return part.text;
  } catch (error) {
    throw invalid("The manifest part is not valid UTF-8.", error);
  }
}

function invalid(message: string, cause?: unknown): IsletError {
  return new IsletError("invalid_upload", message, { cause });
}
