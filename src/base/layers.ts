import { createHash } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ToolError } from '../errors/index.ts';
import { mediaTypes } from '../registry/index.ts';
import { readTar } from '../tar/index.ts';
import { capture } from './capture.ts';
import type { BaseLayer } from './facts.ts';
import { ImageTree } from './tree.ts';

/** Bytes of one layer's tar; no real base comes near it, a decompression bomb does. */
const maxTarSize = 64 * 1024 ** 3;

/**
 * Streams an image's layers, bottom first, through decompression and a tar reader, and keeps names and the few contents of interest.
 * Every DiffID is checked. Errors: BASE_LAYER_UNREADABLE, those of `open`.
 */
export async function readLayers(layers: readonly BaseLayer[], open: (layer: BaseLayer) => Promise<Readable>): Promise<ImageTree> {
  const tree = new ImageTree();
  for (const layer of layers) {
    tree.nextLayer();
    try {
      await readLayer(tree, layer, decompress(await open(layer), layer));
    } catch (error) {
      throw asLayerError(error, layer);
    }
  }
  return tree;
}

async function readLayer(tree: ImageTree, layer: BaseLayer, tar: AsyncIterable<Uint8Array>): Promise<void> {
  const hash = createHash('sha256');
  const bytes = hashed(tar, hash);
  try {
    // The reader stops at the end mark, but the DiffID covers what follows it, so the stream is not closed by the reader.
    for await (const entry of readTar({ [Symbol.asyncIterator]: () => ({ next: async () => await bytes.next() }) })) {
      tree.apply(entry.header, await capture(entry));
    }
    while ((await bytes.next()).done !== true);
  } finally {
    await bytes.return(undefined);
  }
  if (`sha256:${hash.digest('hex')}` !== layer.diffId) throw unreadable(layer, 'its content does not match the DiffID of the image config');
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxTarSize) throw new ToolError('BASE_LAYER_UNREADABLE', `a layer of the base is larger than ${maxTarSize} bytes`);
    hash.update(chunk);
    yield chunk;
  }
}

function decompress(stream: Readable, layer: BaseLayer): AsyncIterable<Uint8Array> {
  if (layer.mediaType === mediaTypes.layer) return stream;
  const filter = filterOf(layer);
  if (filter === undefined) {
    stream.destroy();
    throw unreadable(layer, `its media type is ${layer.mediaType}`);
  }
  return pipeline(stream, filter, () => {});
}

function filterOf({ mediaType }: BaseLayer): ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress> | undefined {
  if (mediaType === mediaTypes.layerGzip) return createGunzip();
  return mediaType === mediaTypes.layerZstd ? createZstdDecompress() : undefined;
}

// What the registry, the network or the store say is more telling than that a layer ended early.
function asLayerError(error: unknown, layer: BaseLayer): unknown {
  if (error instanceof ToolError) return error.code === 'TAR_DAMAGED' ? unreadable(layer, error.message, error) : error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^Z_|^ZSTD_|^ERR_ZLIB|^ERR_ZSTD/.test(code) ? unreadable(layer, `it cannot be decompressed (${code})`, error) : error;
}

function unreadable(layer: BaseLayer, why: string, cause?: unknown): ToolError {
  const options = { hint: 'use another base image, or rebuild the base with a current tool', ...(cause === undefined ? {} : { cause }) };
  return new ToolError('BASE_LAYER_UNREADABLE', `cannot read the layer ${layer.digest} of the base: ${why}`, options);
}
