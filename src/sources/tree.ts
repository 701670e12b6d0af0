import { digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import {
  type BlobSource,
  type Descriptor,
  type Image,
  type ImageIndex,
  imagesOf,
  isIndex,
  isIndexType,
  isManifestType,
  parseImage,
  parseIndex,
  parseManifest,
} from '../image/index.ts';
import { type Platform, platformName } from '../platform.ts';

/** Manifests, configs and indexes are held in memory; registries cap them at about 4 MiB. */
const mostBytes = 16 * 1024 * 1024;

/** An image or index as a layout or archive names it. */
export interface OpenedImage {
  /** Names and tags that lead to it; may be empty. */
  readonly names: readonly string[];
  readonly image: Image | ImageIndex;
}

export interface TreeInput {
  readonly name: string;
  readonly descriptor: Descriptor;
  readonly blobs: BlobSource;
}

/** Reads an image or index with everything but the layers. Throws IMAGE_INVALID. */
export async function readImage({ name, descriptor, blobs }: TreeInput): Promise<Image | ImageIndex> {
  if (isIndexType(descriptor.mediaType)) return readIndex({ name, descriptor, blobs });
  if (!isManifestType(descriptor.mediaType)) throw invalid(name, `it is ${descriptor.mediaType}, not an image`);
  const manifest = await readSmall(blobs, descriptor, name);
  const config = await readSmall(blobs, parseManifest(manifest, name).config, name);
  return parseImage({ name, mediaType: descriptor.mediaType, manifest, config, blobs });
}

async function readIndex({ name, descriptor, blobs }: TreeInput): Promise<ImageIndex> {
  const index = await readSmall(blobs, descriptor, name);
  const images: Image[] = [];
  for (const child of parseIndex(index, name).filter(isRunnable)) {
    const image = await readImage({ name, descriptor: child, blobs });
    images.push(...imagesOf(image));
  }
  return { name, index, descriptor, images };
}

/** Leaves out other systems, and BuildKit's attestations (`unknown/unknown`). */
function isRunnable({ platform, mediaType }: Descriptor): boolean {
  if (!isManifestType(mediaType)) return false;
  return platform === undefined || (platform.os === 'linux' && ['amd64', 'arm64'].includes(platform.architecture));
}

/**
 * The single-platform image for `platform`, or the only one there is. Throws IMAGE_NOT_FOUND naming the platforms.
 */
export function pickPlatform(image: Image | ImageIndex, platform: Platform): Image {
  const images = imagesOf(image);
  const match = images.find((candidate) => platformName(candidate.platform) === platformName(platform));
  const chosen = match ?? (isIndex(image) ? undefined : images[0]);
  if (chosen !== undefined) return chosen;
  const offered = images.map((candidate) => platformName(candidate.platform)).join(', ');
  throw new ToolError('IMAGE_NOT_FOUND', `the image ${image.name} has no ${platformName(platform)}`, {
    details: [`it has: ${offered || 'no Linux platform'}`],
  });
}

/** The one image that goes by a name or tag; without a name the only one there is. Throws IMAGE_NOT_FOUND. */
export function pickNamed(images: readonly OpenedImage[], name: string | undefined, place: string): Image | ImageIndex {
  const found = name === undefined ? images : images.filter(({ names }) => names.includes(name));
  const digests = new Set(found.map(({ image }) => image.descriptor.digest));
  const [first] = found;
  if (first !== undefined && digests.size === 1) return first.image;
  const known = images.flatMap(({ names }) => names);
  throw new ToolError(
    'IMAGE_NOT_FOUND',
    `${place} holds ${found.length === 0 ? 'no such image' : 'several images'}${name === undefined ? '' : `: ${name}`}`,
    {
      details: known.length === 0 ? [] : [`it has: ${known.join(', ')}`],
      ...(found.length > 1 && { hint: 'name one of them' }),
    },
  );
}

async function readSmall(blobs: BlobSource, { digest, size }: Descriptor, name: string): Promise<Uint8Array> {
  if (size > mostBytes) throw invalid(name, `the blob ${digest} is too large for a manifest or configuration`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await blobs.open({ digest, size })) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (digestOf(bytes) !== digest) throw invalid(name, `the blob ${digest} has other bytes`);
  return bytes;
}

function invalid(name: string, reason: string): ToolError {
  return new ToolError('IMAGE_INVALID', `cannot read the image ${name}: ${reason}`, { hint: 'make or copy the image again' });
}
