import { ToolError } from '../errors/index.ts';
import {
  type ContentReader,
  type Descriptor,
  type Image,
  type ImageIndex,
  imagesOf,
  isConfigType,
  isIndex,
  isIndexType,
  isManifestType,
  listedIn,
  parseConfig,
  parseImage,
  parseManifest,
} from '../image/index.ts';
import { type Platform, platformName } from '../platform.ts';
import { invalidImage, readSmall } from './small.ts';

export interface TreeInput {
  readonly name: string;
  readonly descriptor: Descriptor;
  readonly reader: ContentReader;
}

/** Reads an image or index with everything but the layers, as far as it is made for Linux. Throws IMAGE_INVALID. */
export async function readImage({ name, descriptor, reader }: TreeInput): Promise<Image | ImageIndex> {
  if (isIndexType(descriptor.mediaType)) return await readIndex({ name, descriptor, reader });
  if (!isManifestType(descriptor.mediaType)) throw invalidImage(name, `it is ${descriptor.mediaType}, not an image`);
  const image = await readManifest({ name, descriptor, reader });
  if (image === undefined) throw invalidImage(name, 'it is an artifact, not an image');
  return image;
}

/** Undefined for a manifest of something else than an image. */
async function readManifest({ name, descriptor, reader }: TreeInput): Promise<Image | undefined> {
  const manifest = await reader.manifest(descriptor);
  const { mediaType } = listedIn(manifest, descriptor, name);
  const { config } = parseManifest(manifest, name);
  if (!isConfigType(config.mediaType)) return undefined;
  return parseImage({ name, mediaType, manifest, config: await readSmall(reader, config, name), blobs: reader });
}

async function readIndex({ name, descriptor, reader }: TreeInput): Promise<ImageIndex> {
  const index = await reader.manifest(descriptor);
  const { mediaType, manifests } = listedIn(index, descriptor, name);
  const images: Image[] = [];
  for (const child of manifests.filter(isRunnable)) {
    const image = await readManifest({ name, descriptor: child, reader });
    if (image !== undefined) images.push(image);
  }
  return { name, index, descriptor: { ...descriptor, mediaType }, images };
}

/** Leaves out other systems, nested indexes, and BuildKit's attestations (`unknown/unknown`). */
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
  throw noPlatform(
    image.name,
    platformName(platform),
    images.map((candidate) => platformName(candidate.platform)),
  );
}

/**
 * The one manifest for a platform `os/cpu[/variant]`: of an index without reading anything else, or the manifest itself if its configuration
 * says so. Throws IMAGE_NOT_FOUND naming the platforms, and IMAGE_INVALID.
 */
export async function pickManifest(input: TreeInput, platform: string): Promise<Descriptor> {
  const { name, descriptor, reader } = input;
  const bytes = await reader.manifest(descriptor);
  if (!isIndexType(descriptor.mediaType)) {
    const { os, architecture } = parseConfig(await readSmall(reader, parseManifest(bytes, name).config, name), name);
    if (fits({ os, architecture }, platform)) return descriptor;
    throw noPlatform(name, platform, [`${os}/${architecture}`]);
  }
  const { manifests } = listedIn(bytes, descriptor, name);
  const fitting = manifests.filter((entry) => entry.platform !== undefined && fits(entry.platform, platform));
  const chosen = fitting.find((entry) => isPlain(entry)) ?? fitting[0];
  if (chosen !== undefined) return chosen;
  throw noPlatform(name, platform, manifests.map(shownPlatform));
}

type ManifestPlatform = NonNullable<Descriptor['platform']>;

/** `linux/arm/v7` wants that variant; `linux/arm64` takes any. */
function fits({ os, architecture, variant }: ManifestPlatform, wanted: string): boolean {
  const [wantedOs, cpu, wantedVariant] = wanted.split('/');
  return (
    os === wantedOs && architecture === cpu && (wantedVariant === undefined || (variant ?? plainVariants[architecture]) === wantedVariant)
  );
}

/** The variants that every machine of that CPU has. */
const plainVariants: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8' };

function isPlain({ platform }: Descriptor): boolean {
  return platform?.variant === undefined || platform.variant === plainVariants[platform.architecture];
}

function shownPlatform({ platform }: Descriptor): string {
  return [platform?.os, platform?.architecture, platform?.variant].filter((part) => part !== undefined).join('/');
}

function noPlatform(name: string, platform: string, offered: readonly string[]): ToolError {
  const names = [...new Set(offered)].filter((text) => text !== '' && text !== 'unknown/unknown');
  return new ToolError('IMAGE_NOT_FOUND', `the image ${name} has no ${platform}`, {
    details: [`it has: ${names.slice(0, 20).join(', ') || 'no Linux platform'}`],
  });
}
