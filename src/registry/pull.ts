import { digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { discardBody, type HttpResponse, readBody } from '../http/index.ts';
import type { Descriptor } from '../image/types.ts';
import { registryFailure, unlessMissing } from './failure.ts';
import { maxManifestSize } from './manifest.ts';
import { manifestAccept, ociMediaType } from './media.ts';
import { confirmedDigest } from './presence.ts';
import { formatReference, type Reference } from './reference.ts';
import type { Transport } from './transport.ts';
import type { FetchedManifest } from './types.ts';

/** What a reference points at (see `Registry.headManifest`). */
export async function headManifest(transport: Transport, reference: Reference): Promise<Descriptor | undefined> {
  const response = await ask(transport, 'HEAD', reference);
  await discardBody(response.body);
  if (response.status === 404) return undefined;
  const described = response.status === 200 ? fromHeaders(response, reference) : undefined;
  if (described !== undefined) return described;
  // Some registries refuse HEAD (403, 405) or leave the digest out (oci.md §2.3, §2.5).
  return (await getManifest(transport, reference).catch(unlessMissing))?.descriptor;
}

function fromHeaders(response: HttpResponse, reference: Reference): Descriptor | undefined {
  const digest = confirmedDigest(response);
  const size = Number(response.headers['content-length']);
  const mediaType = response.headers['content-type'];
  if (digest === undefined || mediaType === undefined || !Number.isSafeInteger(size) || size <= 0) return undefined;
  if (reference.digest !== undefined && digest !== reference.digest) throw otherBytes(reference);
  return { mediaType: ociMediaType(mediaType), digest, size };
}

/** Exact bytes of a manifest (see `Registry.getManifest`). */
export async function getManifest(transport: Transport, reference: Reference): Promise<FetchedManifest> {
  const response = await ask(transport, 'GET', reference);
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

async function ask(transport: Transport, method: 'GET' | 'HEAD', reference: Reference): Promise<HttpResponse> {
  const path = `manifests/${reference.digest ?? reference.tag}`;
  return await transport.send({ method, repository: reference, path, headers: { accept: manifestAccept } });
}
