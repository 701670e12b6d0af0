import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { asDigest, type Digest } from './digest.ts';

/** The digest of a file, read in pieces. Errors: those of the file system. */
export async function fileDigest(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return asDigest(`sha256:${hash.digest('hex')}`);
}
