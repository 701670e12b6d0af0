import { createHash } from 'node:crypto';
import { ToolError } from '../errors/index.ts';
import type { Descriptor } from '../image/index.ts';

/** Yields a blob's chunks; throws IMAGE_INVALID at the end unless they are exactly the bytes that its descriptor promises. */
export async function* exactly(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
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
  return new ToolError('IMAGE_INVALID', `the blob ${digest} ${reason}`, { hint: 'run wherry cache verify, then build again' });
}
