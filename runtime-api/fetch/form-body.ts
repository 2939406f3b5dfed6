import { Blob } from "../files/blob.ts";
import type { FormData } from "../files/form-data.ts";
import { host } from "../host.ts";
import { formDataModule, multipartModule } from "../lazy.ts";
import { parseForm } from "../url/form-urlencoded.ts";
import { crossable } from "../webidl.ts";
import { toBytes } from "./body.ts";
import type { Headers } from "./headers.ts";
import { type MimeType, parseMimeType, writeMimeType } from "./mime-type.ts";

function contentType(headers: Headers): MimeType | undefined {
  return parseMimeType(headers.get("content-type") ?? "");
}

export function toBlob(content: string | Uint8Array, headers: Headers): Blob {
  const type = contentType(headers);
  return new Blob([toBytes(content)], { type: type ? writeMimeType(type) : "" });
}

/** Throws a TypeError when the content type is none of a form, or the body is not as it says. */
export function toFormData(content: string | Uint8Array, headers: Headers): FormData {
  const type = contentType(headers);
  if (type?.essence === "multipart/form-data") {
    const boundary = type.parameters.get("boundary");
    if (boundary === undefined) throw new TypeError("formData(): the content type has no boundary");
    return multipartModule().parseMultipart(toBytes(content), boundary);
  }
  if (type?.essence !== "application/x-www-form-urlencoded") {
    throw new TypeError("formData(): the content type is neither multipart/form-data nor x-www-form-urlencoded");
  }
  const form = new (formDataModule().FormData)();
  // A byte order mark is a part of the first name.
  const text = typeof content === "string" ? content : (host.decode("utf-8", false, true, crossable(content)) ?? "");
  for (const [name, value] of parseForm(text.toWellFormed())) form.append(name, value);
  return form;
}
