import { digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { discardBody, type HttpResponse, readBody } from '../http/index.ts';
import type { Descriptor } from '../image/types.ts';
import { openBlob } from './blob.ts';
import type { RegistryContext } from './context.ts';
import { registryFailure } from './failure.ts';
import { maxManifestSize } from './manifest.ts';
import { manifestAccept, ociMediaType } from './media.ts';
import { putManifest } from './put.ts';
import { formatReference, type Reference } from './reference.ts';
import { createTransport } from './transport.ts';
import type { FetchedManifest, Registry, RegistryWriter } from './types.ts';
import { confirmedDigest, putBlob } from './upload.ts';

/**
 * A client for all registries; credentials are looked up when a registry asks for them. Clients of the same HTTP client share logins and
 * uploads under way.
 */
export function createRegistry(context: RegistryContext): Registry & RegistryWriter {
  const transport = createTransport(context);
  const ask = async (method: 'GET' | 'HEAD', reference: Reference): Promise<HttpResponse> =>
    await transport.send({
      method,
      repository: reference,
      path: `manifests/${reference.digest ?? reference.tag}`,
      headers: { accept: manifestAccept },
    });
  return {
    headManifest: async (reference) => await headManifest(ask, reference),
    getManifest: async (reference) => await getManifest(ask, reference),
    hasBlob: async (repository, digest) => {
      const response = await transport.send({ method: 'HEAD', repository, path: `blobs/${digest}` });
      await discardBody(response.body);
      return response.status === 200;
    },
    openBlob: async (repository, blob) => await openBlob(transport, repository, blob),
    putBlob: async (repository, upload) => await putBlob(transport, { repository, upload }, context),
    putManifest: async (reference, manifest) => (await putManifest(transport, { reference, manifest }, context)).digest,
    referrers: async () => {
      throw new Error('not yet');
    },
    putReferrer: async () => {
      throw new Error('not yet');
    },
  };
}

type Ask = (method: 'GET' | 'HEAD', reference: Reference) => Promise<HttpResponse>;

async function headManifest(ask: Ask, reference: Reference): Promise<Descriptor | undefined> {
  const response = await ask('HEAD', reference);
  await discardBody(response.body);
  if (response.status === 404) return undefined;
  const described = response.status === 200 ? fromHeaders(response, reference) : undefined;
  if (described !== undefined) return described;
  // Some registries refuse HEAD (403, 405) or leave the digest out (oci.md §2.3, §2.5).
  return await getManifest(ask, reference).then(
    ({ descriptor }) => descriptor,
    (error) => {
      if (error instanceof ToolError && error.code === 'REGISTRY_NOT_FOUND') return undefined;
      throw error;
    },
  );
}

function fromHeaders(response: HttpResponse, reference: Reference): Descriptor | undefined {
  const digest = confirmedDigest(response);
  const size = Number(response.headers['content-length']);
  const mediaType = response.headers['content-type'];
  if (digest === undefined || mediaType === undefined || !Number.isSafeInteger(size) || size <= 0) return undefined;
  if (reference.digest !== undefined && digest !== reference.digest) throw otherBytes(reference);
  return { mediaType: ociMediaType(mediaType), digest, size };
}

async function getManifest(ask: Ask, reference: Reference): Promise<FetchedManifest> {
  const response = await ask('GET', reference);
  if (response.status !== 200) {
    throw await registryFailure(response, { action: `read the manifest of ${formatReference(reference)}`, registry: reference.registry });
  }
  const bytes = await readBody(response, maxManifestSize);
  const digest = digestOf(bytes);
  const expected = reference.digest ?? confirmedDigest(response);
  if (expected !== undefined && digest !== expected) throw otherBytes(reference);
  return { bytes, descriptor: { mediaType: ociMediaType(response.headers['content-type'] ?? ''), digest, size: bytes.length } };
}

function otherBytes(reference: Reference): ToolError {
  return new ToolError('REGISTRY_PROTOCOL', `the manifest of ${formatReference(reference)} does not match its digest`, {
    hint: 'run the command again; if it persists, the registry or a proxy in between is at fault',
  });
}
