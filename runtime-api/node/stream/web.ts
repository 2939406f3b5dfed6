const web = globalThis as unknown as Record<string, unknown>;

export const { ReadableStream, ReadableStreamDefaultReader, ReadableStreamBYOBReader } = web;
export const { ReadableStreamDefaultController, ReadableByteStreamController, ReadableStreamBYOBRequest } = web;
export const { WritableStream, WritableStreamDefaultWriter, WritableStreamDefaultController } = web;
export const { TransformStream, TransformStreamDefaultController } = web;
export const { ByteLengthQueuingStrategy, CountQueuingStrategy, TextEncoderStream, TextDecoderStream } = web;
export const { CompressionStream, DecompressionStream } = web;
export default {
  ...{ ReadableStream, ReadableStreamDefaultReader, ReadableStreamBYOBReader, ReadableStreamDefaultController },
  ...{ ReadableByteStreamController, ReadableStreamBYOBRequest, WritableStream, WritableStreamDefaultWriter },
  ...{ WritableStreamDefaultController, TransformStream, TransformStreamDefaultController },
  ...{ ByteLengthQueuingStrategy, CountQueuingStrategy, TextEncoderStream, TextDecoderStream },
  ...{ CompressionStream, DecompressionStream },
};
