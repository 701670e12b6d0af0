import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { type Digest, digestOf } from '../src/digest.ts';
import { mediaTypes } from '../src/registry/index.ts';
import type { TestRegistry } from './registry/index.ts';

/** A file, directory (`undefined` content) or symlink of a made-up layer; `path` as in the tar. */
export interface TestEntry {
  readonly path: string;
  readonly content?: string | Uint8Array;
  readonly link?: string;
  /** Target of a hard link. */
  readonly hardLink?: string;
}

/** A layer whose bytes are ready. */
export interface PreparedLayer {
  readonly diffId: Digest;
  /** Compressed. */
  readonly blob: Uint8Array;
}

export type TestLayer = readonly TestEntry[] | PreparedLayer;

export function preparedLayer(tar: Uint8Array, gzip: Uint8Array): PreparedLayer {
  return { diffId: digestOf(tar), blob: gzip };
}

/** A made-up image: exact documents and blobs, in OCI or Docker terms. */
export interface TestImage {
  readonly manifest: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly blobs: readonly Uint8Array[];
}

export interface TestImageOptions {
  readonly layers: readonly TestLayer[];
  readonly architecture?: string;
  /** The `config` object inside the image config. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly docker?: boolean;
}

/** The bytes of a tar with some entries. */
export async function tarOf(entries: readonly TestEntry[]): Promise<Uint8Array> {
  const tar = pack();
  const mtime = new Date(0);
  for (const { path, content, link, hardLink } of entries) {
    if (hardLink !== undefined) tar.entry({ name: path, mtime, type: 'link', linkname: hardLink });
    else if (link !== undefined) tar.entry({ name: path, mtime, type: 'symlink', linkname: link });
    else if (content === undefined) tar.entry({ name: path, mtime, type: 'directory' });
    else tar.entry({ name: path, mtime, mode: 0o755 }, Buffer.from(content));
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Makes a single-platform image. */
export async function makeImage({ layers, architecture = 'amd64', config = {}, docker = false }: TestImageOptions): Promise<TestImage> {
  const prepared = await Promise.all(layers.map(prepare));
  const compressed = prepared.map(({ blob }) => blob);
  const configBytes = encode({
    os: 'linux',
    architecture,
    config,
    rootfs: { type: 'layers', diff_ids: prepared.map(({ diffId }) => diffId) },
  });
  const mediaType = docker ? mediaTypes.dockerManifest : mediaTypes.manifest;
  const layerType = docker ? 'application/vnd.docker.image.rootfs.diff.tar.gzip' : mediaTypes.layerGzip;
  const manifest = encode({
    schemaVersion: 2,
    mediaType,
    config: describe(configBytes, docker ? 'application/vnd.docker.container.image.v1+json' : mediaTypes.config),
    layers: compressed.map((blob) => describe(blob, layerType)),
  });
  return { manifest, mediaType, digest: digestOf(manifest), blobs: [configBytes, ...compressed] };
}

async function prepare(layer: TestLayer): Promise<PreparedLayer> {
  if ('blob' in layer) return layer;
  const tar = await tarOf(layer);
  return preparedLayer(tar, new Uint8Array(gzipSync(tar)));
}

/** Makes an index of images, each with its CPU. */
export function makeIndex(
  images: readonly { readonly image: TestImage; readonly architecture: string; readonly variant?: string }[],
): Uint8Array {
  return encode({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: images.map(({ image, architecture, variant }) => ({
      ...describe(image.manifest, image.mediaType),
      platform: { os: 'linux', architecture, ...(variant === undefined ? {} : { variant }) },
    })),
  });
}

/** Puts an image into a registry under some tags; gives its digest. */
export function publish(
  registry: TestRegistry,
  repository: string,
  { image, tags = [] }: { readonly image: TestImage; readonly tags?: readonly string[] },
): Digest {
  for (const blob of image.blobs) registry.putBlob(repository, blob);
  return registry.putManifest(repository, { bytes: image.manifest, mediaType: image.mediaType, tags });
}

export function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function describe(bytes: Uint8Array, mediaType: string): Record<string, unknown> {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}
