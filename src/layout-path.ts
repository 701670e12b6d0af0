import { type Digest, hexOf } from './digest.ts';

/** Path of a blob inside a layout or archive (image-spec, image-layout.md). */
export function layoutPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}
