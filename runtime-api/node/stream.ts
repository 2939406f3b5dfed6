import stream from "readable-stream/lib/stream.js";
import {
  duplexFromWeb,
  duplexToWeb,
  readableFromWeb,
  readableToWeb,
  writableFromWeb,
  writableToWeb,
} from "./web-streams.ts";

const { Readable, Writable, Duplex, Transform, PassThrough, Stream, pipeline, finished, addAbortSignal, compose } =
  stream;
const { promises, isErrored, isReadable, isWritable, isDisturbed, destroy } = stream as typeof stream &
  Record<string, unknown>;
const { getDefaultHighWaterMark, setDefaultHighWaterMark } = stream;

Object.assign(Readable, { fromWeb: readableFromWeb, toWeb: readableToWeb });
Object.assign(Writable, { fromWeb: writableFromWeb, toWeb: writableToWeb });
Object.assign(Duplex, { fromWeb: duplexFromWeb, toWeb: duplexToWeb });

export {
  addAbortSignal,
  compose,
  Duplex,
  destroy,
  finished,
  getDefaultHighWaterMark,
  isDisturbed,
  isErrored,
  isReadable,
  isWritable,
  PassThrough,
  pipeline,
  promises,
  Readable,
  Stream,
  setDefaultHighWaterMark,
  Transform,
  Writable,
};
export default stream;
