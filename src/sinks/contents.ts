import { Readable } from 'node:stream';
import { type BlobSource, type Descriptor, type Image, type ImageIndex, imagesOf, isIndex, ociMedia } from '../image/index.ts';
import { canonicalJson } from '../json.ts';
import type { ImageName } from './names.ts';

/** `oci-layout`, the marker of an image layout (image-spec, image-layout.md). */
export const layoutMarker = '{"imageLayoutVersion":"1.0.0"}';

/** Annotations by which layouts name their images: the tag (image-spec) and the full name (containerd, Docker). */
export const tagAnnotation = 'org.opencontainers.image.ref.name';
export const nameAnnotation = 'io.containerd.image.name';

/** A blob of an image and a way to read it. */
export interface ImageBlob {
  readonly descriptor: Pick<Descriptor, 'digest' | 'size'>;
  open(): Promise<Readable>;
}

/** Every blob of an image or index, each digest once, sorted by digest: layers, configs, manifests and the index itself. */
export function blobsOf(image: Image | ImageIndex): readonly ImageBlob[] {
  const blobs = [...imagesOf(image).flatMap(imageBlobs), ...(isIndex(image) ? [inMemory(image.descriptor, image.index)] : [])];
  const distinct = new Map(blobs.map((blob) => [blob.descriptor.digest, blob]));
  return [...distinct.values()].sort((a, b) => (a.descriptor.digest < b.descriptor.digest ? -1 : 1));
}

/** The entries of `index.json` for one image: one per name. */
export function indexEntries(image: Image | ImageIndex, names: readonly ImageName[]): readonly Descriptor[] {
  return names.map(({ full, tag }) => ({ ...image.descriptor, annotations: { [nameAnnotation]: full, [tagAnnotation]: tag } }));
}

/** The text of `index.json` (image-spec, image-layout.md). */
export function indexText(manifests: readonly unknown[]): string {
  return canonicalJson({ schemaVersion: 2, mediaType: ociMedia.index, manifests });
}

function imageBlobs(image: Image): ImageBlob[] {
  return [
    ...image.layers.map((layer) => fromSource(layer, image.blobs)),
    inMemory(image.configDescriptor, image.config),
    inMemory(image.descriptor, image.manifest),
  ];
}

function fromSource(descriptor: Pick<Descriptor, 'digest' | 'size'>, source: BlobSource): ImageBlob {
  return { descriptor, open: () => source.open(descriptor) };
}

function inMemory(descriptor: Pick<Descriptor, 'digest' | 'size'>, bytes: Uint8Array): ImageBlob {
  return { descriptor, open: async () => Readable.from([bytes]) };
}
