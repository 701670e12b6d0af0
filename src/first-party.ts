import { type Digest, hexOf } from './digest.ts';
import { epoch } from './tar/types.ts';

const twentyYears = 631_152_000;

/** mtime of first-party files: follows the content, so that ETags of served files change with it. Seconds since 1970. */
export function firstPartyTime(sha256: Digest): number {
  return epoch + (Number.parseInt(hexOf(sha256).slice(0, 8), 16) % twentyYears);
}
