import { type Digest, digestOf } from '../../digest.ts';
import { ToolError } from '../../errors/index.ts';
import { discardBody } from '../../http/index.ts';
import { registryFailure } from '../failure.ts';
import { maxManifestSize } from '../manifest.ts';
import { checkDigest } from '../presence.ts';
import { formatReference, type Reference } from '../reference.ts';
import type { Wire } from '../transport.ts';
import type { ManifestBytes } from '../types.ts';
import { persist } from './persist.ts';

/** Stores a manifest under its tag, else under its digest (see `RegistryWriter.putManifest`). */
export async function putManifest({ transport, context }: Wire, reference: Reference, manifest: ManifestBytes): Promise<Digest> {
  const digest = digestOf(manifest.bytes);
  const { tag } = reference;
  const what = `the manifest ${formatReference({ ...reference, digest: tag === undefined ? digest : undefined })}`;
  checkRequest(reference, manifest, what);
  return await persist(
    async () => {
      const answer = await transport.send({
        method: 'PUT',
        repository: reference,
        path: `manifests/${tag ?? digest}`,
        headers: { 'content-type': manifest.mediaType },
        body: manifest.bytes,
        actions: 'pull,push',
        retries: 0,
      });
      if (![200, 201, 202, 204].includes(answer.status))
        throw await registryFailure(answer, { action: `store ${what}`, registry: reference.registry, put: { tag } });
      await discardBody(answer.body);
      checkDigest(answer, digest, what);
      return digest;
    },
    { action: `store ${what}`, size: manifest.bytes.length },
    context,
  );
}

function checkRequest({ digest }: Reference, { bytes }: ManifestBytes, what: string): void {
  if (bytes.length > maxManifestSize)
    throw new ToolError('REGISTRY_TOO_LARGE', `${what} has ${bytes.length} bytes, more than registries accept`, {
      hint: `${maxManifestSize} bytes is the limit; use fewer layers or annotations`,
    });
  if (digest !== undefined && digest !== digestOf(bytes))
    throw new ToolError('REGISTRY_PROTOCOL', `${what} does not match the digest ${digest}`);
}
