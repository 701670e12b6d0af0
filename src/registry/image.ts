import type { Readable } from 'node:stream';
import { counted } from '../count.ts';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Descriptor } from '../image/types.ts';
import { type Platform, platformName } from '../platform.ts';
import { type ImageConfigFile, type ImageManifest, maxManifestSize, parseConfig, parseManifest } from './manifest.ts';
import { formatReference, type Reference } from './reference.ts';
import type { BlobName, Registry } from './types.ts';

/** A place that holds one named image or index: a registry reference, an OCI layout. All bytes are verified. */
export interface ImageReader {
  /** For messages. */
  readonly name: string;
  /** The index or manifest that the name stands for. */
  top(): Promise<{ readonly digest: Digest; readonly bytes: Uint8Array }>;
  manifest(descriptor: Descriptor): Promise<Uint8Array>;
  open(blob: BlobName): Promise<Readable>;
}

/** One platform's image, its small documents read. */
export interface FoundImage {
  /** Digest of what the name stands for: an index, or the manifest itself. */
  readonly digest: Digest;
  readonly manifestDigest: Digest;
  readonly manifest: ImageManifest;
  readonly config: ImageConfigFile;
}

/** Reads an image by its reference. `top` is one GET request (one pull where a registry counts them). */
export function registryImage(registry: Registry, reference: Reference): ImageReader {
  return {
    name: formatReference(reference),
    top: async () => {
      const { descriptor, bytes } = await registry.getManifest(reference);
      return { digest: descriptor.digest, bytes };
    },
    manifest: async ({ digest }) => (await registry.getManifest({ ...reference, tag: undefined, digest })).bytes,
    open: async (blob) => await registry.openBlob(reference, blob),
  };
}

/** Finds a platform's image: index, manifest, config. Errors: BASE_NO_PLATFORM, REGISTRY_PROTOCOL, those of the reader. */
export async function readImage(reader: ImageReader, platform: Platform): Promise<FoundImage> {
  const top = await reader.top();
  const { manifest, digest: manifestDigest } = await descend(reader, top, platform);
  const bytes = await readSmall(await reader.open(manifest.config), manifest.config, reader.name);
  const config = parseConfig(bytes, reader.name);
  if (config.os !== platform.os || config.architecture !== platform.architecture)
    throw noPlatform(reader, platform, [`${config.os}/${config.architecture}`]);
  if (config.diffIds.length !== manifest.layers.length) {
    throw new ToolError(
      'REGISTRY_PROTOCOL',
      `${reader.name} has ${counted(manifest.layers.length, 'layer')} but ${counted(config.diffIds.length, 'DiffID')}`,
    );
  }
  return { digest: top.digest, manifestDigest, manifest, config };
}

interface Located {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

// An index may hold indexes; two levels are more than any tool writes.
async function descend(
  reader: ImageReader,
  top: Located,
  platform: Platform,
): Promise<{ readonly manifest: ImageManifest; readonly digest: Digest }> {
  let { digest, bytes } = top;
  for (let depth = 0; depth < 3; depth++) {
    const manifest = parseManifest(bytes, reader.name);
    if (manifest.kind === 'image') return { manifest, digest };
    const chosen = pickPlatform(manifest.manifests, platform);
    if (chosen === undefined) throw noPlatform(reader, platform, manifest.manifests.map(nameOf));
    digest = chosen.digest;
    bytes = await reader.manifest(chosen);
  }
  throw new ToolError('REGISTRY_PROTOCOL', `${reader.name} nests indexes too deeply`);
}

/** The first entry that fits: the plain CPU before a variant that not every machine has. Attestations (`unknown/unknown`) never fit. */
export function pickPlatform(manifests: readonly Descriptor[], { os, architecture }: Platform): Descriptor | undefined {
  const fitting = manifests.filter(({ platform }) => platform?.os === os && platform.architecture === architecture);
  const plain = architecture === 'arm64' ? [undefined, 'v8'] : [undefined, 'v1'];
  return fitting.find(({ platform }) => plain.includes(platform?.variant)) ?? (architecture === 'arm64' ? fitting[0] : undefined);
}

async function readSmall(stream: Readable, blob: BlobName, name: string): Promise<Uint8Array> {
  if (blob.size > maxManifestSize) {
    stream.destroy();
    throw new ToolError('REGISTRY_PROTOCOL', `the config of ${name} is larger than ${maxManifestSize} bytes`);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function nameOf({ platform }: Descriptor): string {
  if (platform === undefined) return '(no platform)';
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}

function noPlatform(reader: ImageReader, platform: Platform, offered: readonly string[]): ToolError {
  const names = [...new Set(offered)].filter((name) => name !== 'unknown/unknown').slice(0, 20);
  return new ToolError('BASE_NO_PLATFORM', `${reader.name} has no image for ${platformName(platform)}`, {
    details: [`it offers: ${names.join(', ') || 'nothing'}`],
    hint: 'choose another base, or leave the platform out of platforms in [tool.wherry]',
  });
}
