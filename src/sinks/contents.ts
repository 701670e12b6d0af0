import type { Readable } from 'node:stream';
import { type Content, type ContentNode, contentBlobs, type Descriptor, nodesOf, ociMedia } from '../image/index.ts';
import { canonicalJson } from '../json.ts';
import { inMemory } from '../sources/index.ts';
import type { LayoutName } from './names.ts';

/** `oci-layout`, the marker of an image layout (image-spec, image-layout.md). */
export const layoutMarker = '{"imageLayoutVersion":"1.0.0"}';

/** Annotations by which layouts name their images: the tag (image-spec) and the full name (containerd, Docker). */
export const tagAnnotation = 'org.opencontainers.image.ref.name';
export const nameAnnotation = 'io.containerd.image.name';

/** A blob of a layout and a way to read it. */
export interface LayoutBlob {
  readonly descriptor: Pick<Descriptor, 'digest' | 'size'>;
  open(): Promise<Readable>;
}

/** Everything that lies in a layout under its digest, each once, sorted by digest: layers, configs, manifests and indexes. */
export function blobsOf(content: Content): readonly LayoutBlob[] {
  const blobs = [...contentBlobs(content).map((descriptor) => fromSource(descriptor, content)), ...nodesOf(content).map(document)];
  const distinct = new Map(blobs.map((blob) => [blob.descriptor.digest, blob]));
  return [...distinct.values()].sort((a, b) => (a.descriptor.digest < b.descriptor.digest ? -1 : 1));
}

/** The entries of `index.json` for one content: one per name, or one without a name, and one for each referrer. */
export function indexEntries({ root, referrers }: Content, names: readonly LayoutName[]): readonly Descriptor[] {
  const { [nameAnnotation]: _name, [tagAnnotation]: _tag, ...annotations } = root.descriptor.annotations ?? {};
  const named = names.map(({ full, tag }) => ({
    ...annotations,
    ...(full !== undefined && { [nameAnnotation]: full }),
    [tagAnnotation]: tag,
  }));
  const roots = (named.length > 0 ? named : [annotations]).map((all) => withAnnotations(root.descriptor, all));
  return [...roots, ...referrers.map(({ descriptor }) => descriptor)];
}

function withAnnotations(descriptor: Descriptor, annotations: Readonly<Record<string, string>>): Descriptor {
  const { annotations: _, ...plain } = descriptor;
  return Object.keys(annotations).length > 0 ? { ...plain, annotations } : plain;
}

/** The text of `index.json` (image-spec, image-layout.md). */
export function indexText(manifests: readonly unknown[]): string {
  return canonicalJson({ schemaVersion: 2, mediaType: ociMedia.index, manifests });
}

function fromSource(descriptor: Descriptor, { blobs }: Content): LayoutBlob {
  return { descriptor, open: () => blobs.open(descriptor) };
}

function document({ descriptor, bytes }: ContentNode): LayoutBlob {
  return { descriptor, open: async () => inMemory(bytes) };
}
