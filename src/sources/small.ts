import { Readable } from 'node:stream';
import { digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { BlobSource, ContentReader, Descriptor } from '../image/index.ts';

/** Manifests, configs and indexes are held in memory; registries cap them at about 4 MiB. */
const mostBytes = 16 * 1024 * 1024;

/** A whole manifest, index or configuration. Throws IMAGE_INVALID for other bytes than the descriptor's, or too many. */
export async function readSmall(
  blobs: BlobSource,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  name: string,
): Promise<Uint8Array> {
  if (size > mostBytes) throw invalidImage(name, `the blob ${digest} is too large for a manifest or configuration`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await blobs.open({ digest, size })) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (digestOf(bytes) !== digest) throw invalidImage(name, `the blob ${digest} has other bytes`);
  return bytes;
}

/** A reader of places that keep manifests among the blobs: layouts, archives, the store. */
export function blobReader(blobs: BlobSource, name: string): ContentReader {
  return { open: (blob) => blobs.open(blob), manifest: (descriptor) => readSmall(blobs, descriptor, name) };
}

/** Bytes in memory as a stream of one chunk. */
export function inMemory(bytes: Uint8Array): Readable {
  return Readable.from([bytes]);
}

export function invalidImage(name: string, reason: string): ToolError {
  return new ToolError('IMAGE_INVALID', `cannot read the image ${name}: ${reason}`, { hint: 'make or copy the image again' });
}
