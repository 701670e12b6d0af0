import type { Digest } from '../digest.ts';
import { asDigest } from '../digest.ts';
import { canonicalJson } from '../json.ts';
import type { Repository } from '../registry/index.ts';
import type { Store } from '../store/index.ts';

/** Gives the repositories that may hold a blob, the likeliest first. */
export type HoldersOf = (digest: Digest) => readonly Repository[];

const kind = 'holders';
const maxRepositories = 16;
const maxBlobs = 128;

/** What the store keeps of a registry, the repository that was pushed to last first. */
interface HoldersRecord {
  readonly version: 1;
  readonly repositories: readonly { readonly name: string; readonly blobs: readonly Digest[] }[];
}

/**
 * The repositories of a registry that images of this machine were pushed to, by layer. Only a hint: the registry says whether it can take a
 * blob over from there.
 */
export async function readHolders(store: Pick<Store, 'document'>, registry: string): Promise<HoldersOf> {
  const { repositories } = asRecord(await store.document(kind, registry));
  const known = repositories.map(({ name, blobs }) => ({ name, blobs: new Set(blobs) }));
  return (digest) => known.filter(({ blobs }) => blobs.has(digest)).map(({ name }) => ({ registry, repository: name }));
}

/** Notes the layers of an image that was pushed. Of two processes that do so at once one is forgotten, which costs an upload at most. */
export async function noteHolder(
  store: Pick<Store, 'document' | 'putDocument'>,
  { registry, repository }: Repository,
  layers: readonly Digest[],
): Promise<void> {
  const before = asRecord(await store.document(kind, registry));
  const own = before.repositories.find(({ name }) => name === repository)?.blobs ?? [];
  const others = before.repositories.filter(({ name }) => name !== repository);
  const blobs = [...new Set([...layers, ...own])].slice(0, maxBlobs);
  const after: HoldersRecord = { version: 1, repositories: [{ name: repository, blobs }, ...others].slice(0, maxRepositories) };
  if (canonicalJson(after) !== canonicalJson(before)) await store.putDocument(kind, registry, after);
}

function asRecord(value: unknown): HoldersRecord {
  const { version, repositories } = (value ?? {}) as Partial<HoldersRecord>;
  if (version !== 1 || !Array.isArray(repositories)) return { version: 1, repositories: [] };
  return { version, repositories: repositories.map(({ name, blobs }) => ({ name, blobs: blobs.map(asDigest) })) };
}
