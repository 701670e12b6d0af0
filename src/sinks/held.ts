import type { EngineFacts, EngineImage } from '../daemons/index.ts';
import type { Digest } from '../digest.ts';
import { type Image, parseManifest } from '../image/index.ts';

/** An image, and those of an engine that may share layers with it. */
export interface HeldInput {
  readonly image: Image;
  readonly store: EngineFacts['store'];
  readonly found: readonly EngineImage[];
  /** Digests of layers, by the manifests that are known here. */
  readonly known: ReadonlyMap<string, readonly string[]>;
}

/** The layers of `image` whose bytes an engine is known to have; never a guess. */
export function heldLayers({ image, store, found, known }: HeldInput): ReadonlySet<Digest> {
  return store === 'layers' ? heldChain(image, found) : heldBlobs(image, { found, known });
}

/** Unpacked layers are found again by their chain: those of the longest common beginning, but for bytes that are needed once more above it. */
function heldChain(image: Image, found: readonly EngineImage[]): ReadonlySet<Digest> {
  const length = Math.max(0, ...found.map(({ diffIds }) => commonLength(image, diffIds)));
  const held = new Set(image.layers.slice(0, length).map((layer) => layer.digest));
  for (const { digest } of image.layers.slice(length)) held.delete(digest);
  return held;
}

function commonLength({ layers }: Image, diffIds: readonly string[]): number {
  const different = layers.findIndex((layer, position) => layer.diffId !== diffIds[position]);
  return different < 0 ? layers.length : different;
}

/** Blobs are found again by their digest, so every manifest that the engine has as a whole counts, if its layers are known here. */
function heldBlobs(image: Image, { found, known }: Pick<HeldInput, 'found' | 'known'>): ReadonlySet<Digest> {
  const held = new Set<string>();
  for (const { complete = [], diffIds } of found) {
    for (const manifest of complete) {
      const layers = manifest === baseDigest(image) ? baseLayers(image, diffIds) : known.get(manifest);
      for (const digest of layers ?? []) held.add(digest);
    }
  }
  return new Set(image.layers.map((layer) => layer.digest).filter((digest) => held.has(digest)));
}

/** The base itself is not known here, but its manifest's digest is in ours: its layers are the first of our image, as many as it has. */
function baseLayers(image: Image, diffIds: readonly string[]): readonly Digest[] {
  const isBase = diffIds.length > 0 && commonLength(image, diffIds) === diffIds.length;
  return isBase ? image.layers.slice(0, diffIds.length).map((layer) => layer.digest) : [];
}

/** Manifest digest of the base (image-spec, annotations.md). */
function baseDigest(image: Image): string | undefined {
  return annotationsOf(image)['org.opencontainers.image.base.digest'];
}

/** Reference of a base in a registry; undefined for others, which no daemon knows by name. */
export function baseName(image: Image): string | undefined {
  const name = annotationsOf(image)['org.opencontainers.image.base.name'];
  return name?.startsWith('oci:') ? undefined : name;
}

function annotationsOf(image: Image): Readonly<Record<string, string>> {
  return parseManifest(image.manifest, image.name).annotations ?? {};
}
