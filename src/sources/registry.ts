import { ToolError } from '../errors/index.ts';
import type { ContentReader } from '../image/index.ts';
import { formatReference, type Reference, type Registry, type RegistryWriter, type Repository } from '../registry/index.ts';
import type { ImagePlace } from './place.ts';

/** What reading needs of a registry client. */
export type RegistryReader = Pick<Registry, 'headManifest' | 'getManifest' | 'openBlob'> & Pick<RegistryWriter, 'referrers'>;

/**
 * What a reference stands for at this moment: one HEAD request. Everything else is read by digest when it is asked for, and checked against
 * it. Throws REGISTRY_NOT_FOUND and the other REGISTRY and NETWORK codes.
 */
export async function openReference(reference: Reference, registry: RegistryReader): Promise<ImagePlace> {
  const name = formatReference(reference);
  const descriptor = await registry.headManifest(reference);
  if (descriptor === undefined) {
    throw new ToolError('REGISTRY_NOT_FOUND', `there is no ${name}`, {
      hint: 'check the spelling of the reference and that the tag still exists',
    });
  }
  const names = reference.tag === undefined ? [] : [formatReference({ ...reference, digest: undefined })];
  return { name, entries: [{ names, descriptor }], reader: repositoryReader(reference, registry), origin: repositoryOf(reference) };
}

function repositoryReader(repository: Repository, registry: RegistryReader): ContentReader {
  return {
    manifest: async ({ digest }) => (await registry.getManifest({ ...repository, tag: undefined, digest })).bytes,
    open: async (blob) => await registry.openBlob(repository, blob),
    referrers: async (digest) => await registry.referrers(repository, digest),
  };
}

function repositoryOf({ registry, repository }: Repository): Repository {
  return { registry, repository };
}
