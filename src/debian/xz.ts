/** Chunks without output in a row after which a stream counts as truncated. */
const maxIdle = 4096;

/** Yields the decompressed chunks of an .xz file. Throws `RangeError` beyond `limit` bytes, `Error` on damaged data. */
export async function* xzChunks(compressed: Uint8Array, limit: number): AsyncGenerator<Uint8Array> {
  // Loaded on use: most commands never decompress anything.
  const { XzReadableStream } = (await import('xz-decompress')).default;
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(compressed);
      controller.close();
    },
  });
  let total = 0;
  let idle = 0;
  for await (const chunk of new XzReadableStream(source)) {
    total += chunk.length;
    idle = chunk.length === 0 ? idle + 1 : 0;
    if (total > limit) throw new RangeError(`more than ${limit} bytes after decompression`);
    if (idle > maxIdle) throw new Error('the xz stream ends early');
    if (chunk.length > 0) yield chunk;
  }
}
