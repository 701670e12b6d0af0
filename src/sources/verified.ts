import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';

/** A stream of the same bytes that fails with IMAGE_INVALID unless they match digest and size. */
export function verified(chunks: AsyncIterable<Uint8Array>, blob: { readonly digest: Digest; readonly size: number }): Readable {
  return Readable.from(exactly(chunks, blob), { objectMode: false });
}

/** Yields a blob's chunks; throws IMAGE_INVALID at the end unless they are exactly the bytes that its descriptor promises. */
export async function* exactly(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: { readonly digest: Digest; readonly size: number },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let seen = 0;
  for await (const chunk of chunks) {
    seen += chunk.length;
    if (seen > size) throw wrongBlob(digest, `has more than ${size} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  if (seen !== size) throw wrongBlob(digest, `ends after ${seen} of ${size} bytes`);
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== digest) throw wrongBlob(digest, `has the digest ${actual}`);
}

function wrongBlob(digest: string, reason: string): ToolError {
  return new ToolError('IMAGE_INVALID', `the blob ${digest} ${reason}`, { hint: 'make or copy the image again' });
}
