import { openBlob } from './blob.ts';
import type { RegistryContext } from './context.ts';
import { hasBlob } from './presence.ts';
import { getManifest, headManifest } from './pull.ts';
import { listReferrers, putBlob, putManifest, putReferrer } from './push/index.ts';
import { createRoutedTransport, type RouteOptions } from './route/index.ts';
import type { Registry, RegistryWriter } from './types.ts';

/**
 * A client for all registries; credentials are looked up when a registry asks for them. Clients of the same HTTP client share logins and
 * uploads under way. With `mirrors`, manifests and blobs are read from the mirrors of the settings first; whatever decides about a push must not be.
 */
export function createRegistry(context: RegistryContext, options: RouteOptions = {}): Registry & RegistryWriter {
  const transport = createRoutedTransport(context, options);
  const wire = { transport, context };
  return {
    headManifest: async (reference) => await headManifest(transport, reference),
    getManifest: async (reference) => await getManifest(transport, reference),
    hasBlob: async (repository, digest) => await hasBlob(transport, { repository, digest }),
    openBlob: async (repository, blob) => await openBlob(transport, repository, blob),
    putBlob: async (repository, upload) => await putBlob(wire, repository, upload),
    putManifest: async (reference, manifest) => await putManifest(wire, reference, manifest),
    referrers: async (repository, digest, artifactType) => await listReferrers(transport, { repository, digest }, artifactType),
    putReferrer: async (repository, manifest) => await putReferrer(wire, repository, manifest),
  };
}
