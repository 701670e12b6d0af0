import { Readable } from 'node:stream';
import type { Digest } from '../digest.ts';
import type { Emit } from '../events.ts';
import { type BlobSource, type Descriptor, type Image, type ImageIndex, imagesOf, isIndex, type Layer } from '../image/index.ts';
import type { BlobOutcome, BlobUpload, RegistryWriter } from '../registry/types.ts';
import type { HoldersOf, PushTarget } from '../remote/index.ts';
import type { SentLayers } from './types.ts';

/** Uploads at a time: more only share the line, and registries limit requests. */
const parallel = 5;

/** What an upload works with. */
export interface Means {
  readonly registry: Pick<RegistryWriter, 'putBlob' | 'putManifest'>;
  readonly ctx: { readonly emit: Emit };
  /** Where to, with the tags that are to be moved. */
  readonly target: PushTarget;
  /** Blobs and manifests that are taken to be there. */
  readonly present: ReadonlySet<Digest>;
  readonly made: ReadonlySet<Digest>;
  readonly holders: HoldersOf;
  readonly transfer: Transfer;
}

/** What was sent so far, also by tries that failed in the end. */
export class Transfer {
  bytesSent = 0;
  readonly #outcomes = new Map<Digest, BlobOutcome['how']>();

  add(digest: Digest, { how, bytesSent }: BlobOutcome): void {
    this.bytesSent += bytesSent;
    if (how !== 'present') this.#outcomes.set(digest, how);
  }

  /** What became of an image's layers. */
  layers(image: Image | ImageIndex): SentLayers {
    const count = { reused: 0, mounted: 0, sent: 0 };
    for (const { digest } of distinctLayers(image)) {
      const how = this.#outcomes.get(digest);
      count[how === undefined || how === 'present' ? 'reused' : how === 'mounted' ? 'mounted' : 'sent'] += 1;
    }
    return count;
  }
}

/** Layers of an image or of all platforms of an index, each digest once. */
export function distinctLayers(image: Image | ImageIndex): readonly Layer[] {
  return [...new Map(imagesOf(image).flatMap(({ layers }) => layers.map((layer) => [layer.digest, layer] as const))).values()];
}

/** Sends what is not there yet, and moves the tags when all of it is. The first failure ends it. */
export async function uploadImage(image: Image | ImageIndex, means: Means): Promise<void> {
  await uploadLayers(image, means);
  for (const { configDescriptor, config } of imagesOf(image)) {
    await uploadBlob({ blob: configDescriptor, open: async () => Readable.from([config]) }, means);
  }
  if (isIndex(image)) await Promise.all(image.images.map((child) => uploadChild(child, means)));
  const bytes = isIndex(image) ? image.index : image.manifest;
  for (const tag of means.target.tags.toReversed()) await uploadManifest({ ...image.descriptor, bytes, tag }, means);
}

/** Large layers first: they take longest. */
async function uploadLayers(image: Image | ImageIndex, means: Means): Promise<void> {
  const sources = new Map(imagesOf(image).flatMap(({ layers, blobs }) => layers.map((layer) => [layer.digest, blobs] as const)));
  const queue = distinctLayers(image).toSorted((a, b) => b.size - a.size);
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let layer = queue.shift(); layer !== undefined && !failed; layer = queue.shift()) {
      await uploadLayer(layer, sources.get(layer.digest) as BlobSource, means);
    }
  };
  const lanes = Array.from({ length: Math.min(parallel, queue.length) }, () =>
    lane().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  await Promise.all(lanes);
}

async function uploadLayer({ digest, size, comment }: Layer, blobs: BlobSource, means: Means): Promise<void> {
  let sent = 0;
  const onSent = (bytes: number): void => {
    // A try that starts again counts again.
    sent = Math.min(size, sent + bytes);
    means.ctx.emit({ type: 'progress', stage: 'sinks', item: comment ?? digest, done: sent, total: size });
  };
  await uploadBlob({ blob: { digest, size }, open: () => blobs.open({ digest, size }), onSent }, means);
}

async function uploadBlob(
  upload: Omit<BlobUpload, 'mountFrom' | 'isNew'>,
  { registry, target, present, made, holders, transfer }: Means,
): Promise<void> {
  const { digest } = upload.blob;
  if (present.has(digest)) return;
  const options = { ...upload, mountFrom: holders(digest), isNew: made.has(digest) };
  transfer.add(digest, await registry.putBlob(target.remote.repository, options));
}

async function uploadChild({ descriptor, manifest }: Image, means: Means): Promise<void> {
  if (!means.present.has(descriptor.digest)) await uploadManifest({ ...descriptor, bytes: manifest, tag: undefined }, means);
}

/** Under its tag, or under its digest alone. */
async function uploadManifest(
  {
    mediaType,
    digest,
    bytes,
    tag,
  }: Pick<Descriptor, 'mediaType' | 'digest'> & { readonly bytes: Uint8Array; readonly tag: string | undefined },
  { registry, target, transfer }: Means,
): Promise<void> {
  const { repository } = target.remote;
  await registry.putManifest({ ...repository, tag, digest: tag === undefined ? digest : undefined }, { mediaType, bytes });
  transfer.add(digest, { how: 'uploaded', bytesSent: bytes.length });
}
