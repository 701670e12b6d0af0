import { type Digest, hexOf, isDigest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { discardBody, type HttpResponse } from '../http/index.ts';
import { type RegistryFailure, registryFailure } from './failure.ts';
import type { Repository } from './reference.ts';
import type { RegistryRequest, Transport } from './transport.ts';

/** A blob of a repository. */
export interface BlobPlace {
  readonly repository: Repository;
  readonly digest: Digest;
}

/**
 * Whether a repository has a blob. Some registries answer 403 or 405 to HEAD; then it counts as absent. Errors: REGISTRY_AUTH, and what may
 * pass: REGISTRY_LIMIT, REGISTRY_PROTOCOL.
 */
export async function hasBlob(
  transport: Transport,
  place: BlobPlace,
  how: Pick<RegistryRequest, 'actions' | 'retries'> = {},
): Promise<boolean> {
  const response = await transport.send({ method: 'HEAD', repository: place.repository, path: `blobs/${place.digest}`, ...how });
  if (response.status === 200) {
    await discardBody(response.body);
    return true;
  }
  const failure = await blobFailure(response, 'look for', place);
  if (failure.status === 401 || failure.passing) throw failure;
  return false;
}

/** The error of a refused request for a blob; `verb` says what was attempted: `upload`. */
export async function blobFailure(response: HttpResponse, verb: string, place: BlobPlace): Promise<RegistryFailure> {
  return await registryFailure(response, { action: `${verb} ${blobName(place)}`, registry: place.repository.registry });
}

/** For messages: `blob 0123456789ab of registry.example/team/app`. */
export function blobName({ repository: { registry, repository }, digest }: BlobPlace): string {
  return `blob ${hexOf(digest).slice(0, 12)} of ${registry}/${repository}`;
}

/** Checks the digest that a registry confirms, if it is one that can be compared. Errors: REGISTRY_PROTOCOL. */
export function checkDigest(response: HttpResponse, digest: Digest, what: string): void {
  const confirmed = confirmedDigest(response);
  if (confirmed === undefined || confirmed === digest) return;
  throw new ToolError('REGISTRY_PROTOCOL', `the registry stored ${what} under another digest: ${confirmed}`, {
    hint: 'the registry or a proxy in between changes what it is sent',
  });
}

/** `Docker-Content-Digest`, if it is there; a digest of another algorithm is not wrong, only of no use here. */
export function confirmedDigest(response: HttpResponse): Digest | undefined {
  const confirmed = response.headers['docker-content-digest'] ?? '';
  return isDigest(confirmed) ? confirmed : undefined;
}
