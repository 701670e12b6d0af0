import { asDiffId, asDigest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { parseRoots } from '../layer-roots.ts';
import { describe } from './assemble.ts';
import type { ImageConfigFile } from './config.ts';
import { recipeAnnotation, rootsAnnotation } from './media.ts';
import { parseSplice, spliceAnnotation } from './splice.ts';
import type { BlobSource, Descriptor, Image, Layer } from './types.ts';

export interface ParseInput {
  readonly name: string;
  readonly mediaType: string;
  readonly manifest: Uint8Array;
  readonly config: Uint8Array;
  readonly blobs: BlobSource;
}

/** A manifest as parsed JSON; only the fields that are used here. */
export interface ManifestFile {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Reads an image from its exact manifest and config bytes. Throws IMAGE_INVALID when they do not describe a Linux image. */
export function parseImage({ name, mediaType, manifest, config, blobs }: ParseInput): Image {
  const parsed = parseManifest(manifest, name);
  const file = parseConfig(config, name);
  if (parsed.layers.length !== file.rootfs.diff_ids.length) throw invalid(name, 'manifest and config disagree on the number of layers');
  const { architecture } = file;
  if (file.os !== 'linux' || (architecture !== 'amd64' && architecture !== 'arm64')) {
    throw invalid(name, `it is made for ${file.os}/${architecture}; only linux/amd64 and linux/arm64 are supported`);
  }
  const platform = { os: 'linux', architecture } as const;
  const descriptor = { ...describe(mediaType, manifest), platform };
  const layers = layersOf(parsed, file);
  return { name, platform, manifest, descriptor, config, configDescriptor: { ...parsed.config, size: config.length }, layers, blobs };
}

/** A manifest's JSON with checked descriptors. Throws IMAGE_INVALID. */
export function parseManifest(bytes: Uint8Array, name: string): ManifestFile {
  const value = parseObject(bytes, name);
  if (value.schemaVersion !== 2 || !Array.isArray(value.layers))
    throw invalid(name, 'the manifest has no layers or another schema version');
  return {
    ...value,
    schemaVersion: 2,
    config: asDescriptor(value.config, name),
    layers: value.layers.map((layer) => asDescriptor(layer, name)),
  };
}

/** The manifests that an index lists. Throws IMAGE_INVALID. */
export function parseIndex(bytes: Uint8Array, name: string): readonly Descriptor[] {
  const { manifests } = parseObject(bytes, name);
  if (!Array.isArray(manifests)) throw invalid(name, 'the index lists no manifests');
  return manifests.map((entry) => asDescriptor(entry, name));
}

/** An image configuration's JSON. Throws IMAGE_INVALID. */
export function parseConfig(bytes: Uint8Array, name: string): ImageConfigFile {
  const value = parseObject(bytes, name) as Partial<ImageConfigFile>;
  const { architecture, os, rootfs } = value;
  if (typeof architecture !== 'string' || typeof os !== 'string' || !Array.isArray(rootfs?.diff_ids)) {
    throw invalid(name, 'the configuration lacks architecture, os or rootfs');
  }
  return value as ImageConfigFile;
}

function layersOf(manifest: ManifestFile, config: ImageConfigFile): Layer[] {
  const history = (config.history ?? []).filter((entry) => entry.empty_layer !== true);
  const comments = history.length === manifest.layers.length ? history.map((entry) => entry.comment || entry.created_by) : [];
  return manifest.layers.map(({ mediaType, digest, size, annotations }, position) => {
    const recipe = annotations?.[recipeAnnotation];
    const comment = comments[position];
    const splice = parseSplice(annotations?.[spliceAnnotation]);
    const roots = parseRoots(annotations?.[rootsAnnotation]);
    return {
      mediaType,
      digest,
      size,
      diffId: asDiffId(config.rootfs.diff_ids[position] ?? ''),
      ...(recipe !== undefined && { recipe: asDigest(recipe) }),
      ...(comment !== undefined && { comment }),
      ...(splice !== undefined && { splice }),
      ...(roots !== undefined && { roots }),
    };
  });
}

/** A document's JSON object. Throws IMAGE_INVALID. */
export function parseObject(bytes: Uint8Array, name: string): Record<string, unknown> {
  const value = parseJson(bytes, name);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalid(name, 'a JSON object was expected');
  return value as Record<string, unknown>;
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid(name, 'a manifest or configuration is not JSON', cause);
  }
}

function asDescriptor(value: unknown, name: string): Descriptor {
  const { mediaType, digest, size } = (value ?? {}) as Partial<Record<keyof Descriptor, unknown>>;
  if (typeof mediaType !== 'string' || typeof digest !== 'string' || !Number.isSafeInteger(size) || (size as number) < 0) {
    throw invalid(name, 'a descriptor lacks media type, digest or size');
  }
  try {
    return { ...(value as Descriptor), digest: asDigest(digest) };
  } catch (cause) {
    throw invalid(name, `the digest ${JSON.stringify(digest)} is not a sha256 digest`, cause);
  }
}

function invalid(name: string, reason: string, cause?: unknown): ToolError {
  return new ToolError('IMAGE_INVALID', `cannot read the image ${name}: ${reason}`, { hint: 'make or copy the image again', cause });
}
