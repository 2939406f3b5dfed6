import { once } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import busboy from "busboy";

/** A form's fields and files by a parser that is a stream of Node's. */
export default {
  async fetch(request) {
    const parts = {};
    const files = [];
    const parser = busboy({ headers: Object.fromEntries(request.headers) });
    parser.on("field", (name, value) => {
      parts[name] = value;
    });
    parser.on("file", (name, stream, { filename, mimeType }) => {
      const read = async () => {
        parts[name] = { filename, mimeType, text: await text(stream) };
      };
      files.push(read());
    });
    Readable.fromWeb(request.body).pipe(parser);
    await once(parser, "close");
    await Promise.all(files);
    return Response.json(parts);
  },
};
