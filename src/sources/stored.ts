import { asDigest, type Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { type BlobSource, type Descriptor, type Image, type ImageIndex, imagesOf, isIndex } from '../image/index.ts';
import { parseReference } from '../registry/index.ts';
import type { Store } from '../store/index.ts';
import type { ImagePlace } from './place.ts';
import { blobReader } from './small.ts';

/** What the store keeps under an image's name (document kind `image`). */
interface ImageRecord {
  readonly version: 1;
  readonly descriptor: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;
  /** Reference of the registry base, whose layers are not in the store. */
  readonly base?: string;
  readonly elsewhere?: LayersElsewhere;
}

/** Layers of ours that were not made on this machine. */
export interface LayersElsewhere {
  /** `HOST/NAME` of the repository that holds them. */
  readonly repository: string;
  readonly digests: readonly Digest[];
}

export interface RememberOptions {
  /** Reference of the registry base, with digest. */
  readonly base?: string | undefined;
  readonly elsewhere?: LayersElsewhere | undefined;
}

/** Keeps an image's manifests and configs in the store under its name, so that `inspect` and `run` find the last build. */
export async function rememberImage(store: Store, image: Image | ImageIndex, { base, elsewhere }: RememberOptions = {}): Promise<void> {
  const documents = imagesOf(image).flatMap(({ manifest, config }) => [config, manifest]);
  await Promise.all([...documents, ...(isIndex(image) ? [image.index] : [])].map((bytes) => store.put(bytes)));
  const { mediaType, digest, size } = image.descriptor;
  const places = { ...(base !== undefined && { base }), ...(elsewhere !== undefined && { elsewhere }) };
  const record: ImageRecord = { version: 1, descriptor: { mediaType, digest, size }, ...places };
  await store.putDocument('image', image.name, record);
}

/**
 * The last image built under a name, or undefined. `remote` opens layers that lie in a registry, by a reference of their repository; without it
 * they cannot be read.
 */
export async function storedPlace(store: Store, name: string, remote?: (base: string) => BlobSource): Promise<ImagePlace | undefined> {
  const record = asRecord(await store.document('image', name));
  if (record === undefined) return undefined;
  const fallback = remote === undefined ? undefined : registryBlobs(record, remote);
  const entries = [{ names: [name], descriptor: record.descriptor }];
  const origin = record.base === undefined || record.base.startsWith('oci:') ? undefined : parseReference(record.base);
  return { name, entries, reader: blobReader(storeBlobs(store, fallback), name), ...(origin && { origin }) };
}

/** What the store does not have, from where it lies. */
function registryBlobs({ base, elsewhere }: ImageRecord, remote: (reference: string) => BlobSource): BlobSource {
  const own = elsewhere && remote(elsewhere.repository);
  const others = base === undefined ? undefined : remote(base);
  return {
    async open(blob) {
      const source = elsewhere?.digests.includes(blob.digest) === true ? own : others;
      if (source === undefined) throw notStored(blob.digest);
      return await source.open(blob);
    },
  };
}

/** Blobs of the store, and of `fallback` where the store has none. */
export function storeBlobs(store: Pick<Store, 'has' | 'open'>, fallback?: BlobSource): BlobSource {
  return {
    async open(blob) {
      if ((await store.has(blob.digest)) !== undefined) return store.open(blob.digest);
      if (fallback !== undefined) return fallback.open(blob);
      throw notStored(blob.digest);
    },
  };
}

function notStored(digest: Digest): ToolError {
  return new ToolError('IMAGE_INVALID', `the blob ${digest} is not in the store`, { hint: 'build the image again' });
}

function asRecord(value: unknown): ImageRecord | undefined {
  const { version, descriptor } = (value ?? {}) as Partial<ImageRecord>;
  if (version !== 1 || descriptor === undefined) return undefined;
  return { ...(value as ImageRecord), descriptor: { ...descriptor, digest: asDigest(descriptor.digest) } };
}
