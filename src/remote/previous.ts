import type { Digest } from '../digest.ts';
import type { Descriptor } from '../image/types.ts';
import type { Platform } from '../platform.ts';
import { type ImageManifest, pickPlatform } from '../registry/index.ts';
import type { RemoteRepository } from './repository.ts';
import type { PushTarget } from './target.ts';

/** An image that a tag named before. */
export interface PreviousImage {
  readonly tag: string;
  readonly digest: Digest;
  readonly manifest: ImageManifest;
}

/** An image is a few layers away from the one that was pushed last. */
const usualTag = 'latest';

/**
 * The images that the target's tags name, then `latest`: that of the platform, or any other where there is none, since a recipe stands for the
 * same layer on all of them. Each is read when it is asked for. Errors: those of the registry.
 */
export async function* previousImages({ remote, tags }: PushTarget, platform: Platform): AsyncGenerator<PreviousImage> {
  const seen = new Set<Digest>();
  for (const tag of new Set([...tags, usualTag])) {
    const head = await remote.head(tag);
    const found = head === undefined ? undefined : await imageOf(remote, head.digest, platform);
    if (found === undefined || seen.has(found.digest)) continue;
    seen.add(found.digest);
    yield { tag, ...found };
  }
}

/** Through an index, which may hold indexes; two levels are more than any tool writes. */
async function imageOf(
  remote: RemoteRepository,
  digest: Digest,
  platform: Platform,
  depth = 0,
): Promise<Omit<PreviousImage, 'tag'> | undefined> {
  const manifest = await remote.manifest(digest);
  if (manifest === undefined || manifest.kind === 'image') return manifest && { digest, manifest };
  const child = pickPlatform(manifest.manifests, platform) ?? anyPlatform(manifest.manifests);
  return child === undefined || depth === 2 ? undefined : await imageOf(remote, child.digest, platform, depth + 1);
}

/** Not an attestation, which says that it is for `unknown/unknown`. */
function anyPlatform(manifests: readonly Descriptor[]): Descriptor | undefined {
  return manifests.find(({ platform }) => platform?.os === 'linux');
}
