import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ToolError } from '../errors/index.ts';
import { type Image, type Layer, layerCompression } from '../image/index.ts';

/** The uncompressed tar of a layer while it is read. Throws IMAGE_INVALID for damaged or unknown compression; blobs check their own digest. */
export async function* layerTar(image: Pick<Image, 'blobs'>, layer: Layer): AsyncGenerator<Uint8Array> {
  const decoder = decoderOf(layer);
  const blob = await image.blobs.open(layer);
  if (decoder === undefined) return yield* blob;
  blob.once('error', (error) => decoder.destroy(error));
  try {
    yield* blob.pipe(decoder) as Readable;
  } catch (error) {
    throw isDamage(error) ? damaged(layer, error) : error;
  } finally {
    blob.destroy();
    decoder.destroy();
  }
}

/** Bytes per chunk: with zlib's own 16 kB, waiting for its threads takes longer than the work. */
const chunkSize = 256 * 1024;

function decoderOf(layer: Layer): ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress> | undefined {
  const compression = layerCompression(layer.mediaType);
  if (compression === undefined) throw damaged(layer, undefined, `its media type ${layer.mediaType} is not known`);
  if (compression === 'none') return undefined;
  return compression === 'gzip' ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize });
}

function isDamage(error: unknown): boolean {
  return /^(Z_|ZSTD_)/.test(String((error as NodeJS.ErrnoException | undefined)?.code));
}

function damaged(layer: Layer, cause: unknown, reason = 'its compressed data is damaged'): ToolError {
  return new ToolError('IMAGE_INVALID', `cannot read the layer ${layer.digest}: ${reason}`, {
    hint: 'make or copy the image again',
    cause,
  });
}
