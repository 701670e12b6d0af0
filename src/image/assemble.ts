import { digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { canonicalJson } from '../json.ts';
import { rootsText } from '../layer-roots.ts';
import type { ImagePlan } from '../plan/types.ts';
import { configBytes } from './config.ts';
import { dockerLayerType, dockerMedia, isManifestType, ociMedia, recipeAnnotation, rootsAnnotation } from './media.ts';
import { spliceAnnotation, spliceText } from './splice.ts';
import type { BlobSource, Descriptor, Image, ImageIndex, Layer } from './types.ts';

export interface AssembleInput {
  readonly plan: ImagePlan;
  /** The layers made for `plan.layers`, bottom to top, without a registry base's own. */
  readonly layers: readonly Layer[];
  /** Opens every layer, the base's too. */
  readonly blobs: BlobSource;
}

/** DiffIDs of a tar without entries: two zero blocks, and the same padded to a full record. */
const emptyTars: ReadonlySet<string> = new Set([digestOf(new Uint8Array(1024)), digestOf(new Uint8Array(10_240))]);

/**
 * Puts base, layers and configuration together: exact config and manifest bytes (image-spec, manifest.md and config.md; Docker's types for
 * `format = "docker"`). Empty and repeated layers of ours are left out; a base's layers stay untouched.
 * Throws FORMAT_UNSUPPORTED if Docker's format cannot name a base layer's compression.
 */
export function assembleImage({ plan, layers, blobs }: AssembleInput): Image {
  const all = [...baseLayers(plan), ...distinctLayers(layers)].map((layer) => inFormat(plan, layer));
  const config = configBytes(plan, all);
  const types = plan.format === 'docker' ? dockerMedia : ociMedia;
  const configDescriptor = describe(types.config, config);
  const manifest = manifestBytes(plan, { types, configDescriptor, layers: all });
  const descriptor = { ...describe(types.manifest, manifest), platform: { ...plan.platform } };
  return { name: plan.name, platform: plan.platform, manifest, descriptor, config, configDescriptor, layers: all, blobs };
}

/**
 * One index over the platforms of an image, in the given order. A single platform stays a bare manifest, because some consumers
 * (AWS Lambda among them) refuse an index. Throws RangeError for no image at all.
 */
export function assembleIndex(images: readonly Image[]): Image | ImageIndex {
  const [first] = images;
  if (first === undefined) throw new RangeError('an index needs at least one image');
  if (images.length === 1) return first;
  const mediaType = images.every((image) => image.descriptor.mediaType === dockerMedia.manifest) ? dockerMedia.index : ociMedia.index;
  const index = Buffer.from(canonicalJson({ schemaVersion: 2, mediaType, manifests: images.map((image) => image.descriptor) }));
  return { name: first.name, index, descriptor: describe(mediaType, index), images };
}

/** Whether a result of `assembleIndex` is an index. */
export function isIndex(image: Image | ImageIndex): image is ImageIndex {
  return !isManifestType(image.descriptor.mediaType);
}

/** The single-platform images of either form. */
export function imagesOf(image: Image | ImageIndex): readonly Image[] {
  return isIndex(image) ? image.images : [image];
}

/** A descriptor of bytes held in memory. */
export function describe(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function baseLayers(plan: ImagePlan): Layer[] {
  const { content } = plan.base;
  if (content.kind !== 'registry') return [];
  return content.layers.map(({ mediaType, digest, size, diffId }) => ({ mediaType, digest, size, diffId }));
}

function distinctLayers(layers: readonly Layer[]): Layer[] {
  const seen = new Set<string>(emptyTars);
  return layers.filter((layer) => !seen.has(layer.diffId) && seen.add(layer.diffId));
}

function inFormat(plan: ImagePlan, layer: Layer): Layer {
  if (plan.format === 'oci') return layer;
  const mediaType = dockerLayerType(layer.mediaType);
  if (mediaType !== undefined) return { ...layer, mediaType };
  throw new ToolError(
    'FORMAT_UNSUPPORTED',
    `cannot write ${plan.name} with format = "docker": a layer of ${plan.baseName} is ${layer.mediaType}`,
    {
      hint: 'use format = "oci", or a base whose layers are gzip',
    },
  );
}

interface ManifestParts {
  readonly types: typeof ociMedia | typeof dockerMedia;
  readonly configDescriptor: Descriptor;
  readonly layers: readonly Layer[];
}

function manifestBytes(plan: ImagePlan, { types, configDescriptor, layers }: ManifestParts): Uint8Array {
  const oci = plan.format === 'oci';
  const annotations = oci ? manifestAnnotations(plan) : {};
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: configDescriptor,
    layers: layers.map((layer) => layerDescriptor(layer, oci)),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  return Buffer.from(canonicalJson(manifest));
}

function layerDescriptor({ mediaType, digest, size, recipe, splice, roots }: Layer, annotated: boolean): Descriptor {
  if (!annotated || recipe === undefined) return { mediaType, digest, size };
  const annotations = {
    [recipeAnnotation]: recipe,
    ...(splice && { [spliceAnnotation]: spliceText(splice) }),
    ...(roots && { [rootsAnnotation]: rootsText(roots) }),
  };
  return { mediaType, digest, size, annotations };
}

/** The plan's annotations, with the base's name and manifest digest (image-spec, annotations.md) unless the plan sets them. */
function manifestAnnotations(plan: ImagePlan): Record<string, string> {
  const { content } = plan.base;
  const base =
    content.kind === 'registry'
      ? { 'org.opencontainers.image.base.name': content.reference, 'org.opencontainers.image.base.digest': content.manifest }
      : {};
  return { ...base, ...plan.annotations };
}
