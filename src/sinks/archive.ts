import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import {
  type Content,
  type ContentNode,
  type Image,
  type ImageIndex,
  isConfigType,
  isManifestType,
  layerCompression,
  nodesOf,
  parseManifest,
} from '../image/index.ts';
import { canonicalJson } from '../json.ts';
import { layoutPath } from '../layout-path.ts';
import { contentOf, exactly } from '../sources/index.ts';
import { blockSize, headerBytes, padding } from '../tar/index.ts';
import { blobsOf, indexEntries, indexText, type LayoutBlob, layoutMarker } from './contents.ts';
import { checkWritable, writeWhole } from './files.ts';
import { type LayoutName, namesOf } from './names.ts';
import type { ContentOptions, ContentSink, PutResult } from './types.ts';

/**
 * One tar that is an OCI layout and a `docker save` archive at once, so that Docker, Podman, skopeo, containerd and kind all load it. Equal images
 * give equal bytes. `-` writes to `stdout`. Throws SINK_WRITE and IMAGE_INVALID.
 */
export function archiveSink(file: string, stdout: Writable = process.stdout): ContentSink {
  const target = { file, stdout };
  return {
    name: `tar:${file}`,
    check: () => checkFile(file),
    put: (image, { references, signal }) => putArchive(target, contentOf(image), { names: namesOf(image, references), signal }),
    putContent: (content, options) => putArchive(target, content, options),
  };
}

export interface ArchiveContents {
  readonly names: readonly LayoutName[];
  /** Blobs that the receiver has: they are listed, but their bytes are left out. */
  readonly without?: ReadonlySet<Digest>;
}

/** The bytes of the archive, made while they are read. */
export function archiveStream(image: Image | ImageIndex, contents: ArchiveContents): Readable {
  return streamOf(archiveMembers(contentOf(image), contents));
}

/** Exact length of `archiveStream` in bytes. */
export function archiveSize(image: Image | ImageIndex, contents: ArchiveContents): number {
  return sizeOf(archiveMembers(contentOf(image), contents));
}

interface Target {
  readonly file: string;
  readonly stdout: Writable;
}

async function putArchive({ file, stdout }: Target, content: Content, { names, signal }: ContentOptions): Promise<PutResult> {
  const members = archiveMembers(content, { names });
  if (file === '-') await pipeline(streamOf(members), stdout, { signal, end: false });
  else await writeWhole(streamOf(members), { file, signal });
  return { location: `tar:${file}`, bytesWritten: sizeOf(members) };
}

async function checkFile(file: string): Promise<void> {
  if (file === '-') return;
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory() !== true) return await checkWritable(dirname(file));
  throw new ToolError('SINK_WRITE', `cannot write an archive to ${file}: it is a directory`, {
    hint: `name a file in it, or write a layout: oci:${file}`,
  });
}

function streamOf(members: readonly Member[]): Readable {
  return Readable.from(archiveChunks(members), { objectMode: false });
}

function sizeOf(members: readonly Member[]): number {
  return members.reduce(
    (total, { path, size }) => total + memberHeader(path, size).length + size + padding(size).length,
    archiveEnd.length,
  );
}

interface Member {
  readonly path: string;
  readonly size: number;
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

function archiveMembers(content: Content, { names, without }: ArchiveContents): readonly Member[] {
  const blobs = blobsOf(content).filter(({ descriptor }) => without?.has(descriptor.digest) !== true);
  return [
    ...blobs.map(blobMember),
    textMember('index.json', indexText(indexEntries(content, names))),
    textMember('manifest.json', dockerManifest(content, names)),
    textMember('oci-layout', layoutMarker),
  ];
}

async function* archiveChunks(members: readonly Member[]): AsyncGenerator<Uint8Array> {
  for (const { path, size, chunks } of members) {
    yield memberHeader(path, size);
    yield* chunks();
    yield padding(size);
  }
  yield archiveEnd;
}

/** The two zero blocks that end a tar. */
const archiveEnd = new Uint8Array(2 * blockSize);

function memberHeader(path: string, size: number): Uint8Array {
  return headerBytes({ type: 'file', path, mode: 0o644, uid: 0, gid: 0, mtime: 0, size, content: () => [] });
}

function blobMember({ descriptor, open }: LayoutBlob): Member {
  return { path: layoutPath(descriptor.digest), size: descriptor.size, chunks: () => opened(open, descriptor) };
}

async function* opened(open: LayoutBlob['open'], descriptor: LayoutBlob['descriptor']): AsyncGenerator<Uint8Array> {
  yield* exactly(await open(), descriptor);
}

function textMember(path: string, text: string): Member {
  const bytes = Buffer.from(text);
  return { path, size: bytes.length, chunks: () => [bytes] };
}

/** `manifest.json` of `docker save`: it can name one platform only, so an index is represented by its first image, if it has one at all. */
function dockerManifest(content: Content, names: readonly LayoutName[]): string {
  const [first] = nodesOf({ ...content, referrers: [] }).flatMap(loadable);
  if (first === undefined) return canonicalJson([]);
  const RepoTags = names.flatMap(({ familiar }) => familiar ?? []);
  return canonicalJson([{ Config: layoutPath(first.config), RepoTags, Layers: first.layers.map(layoutPath) }]);
}

/** A manifest as `docker load` takes it: an image with all its layers in the archive; no attestation and no other artifact. */
function loadable({ descriptor, bytes, children, blobs }: ContentNode): { readonly config: Digest; readonly layers: readonly Digest[] }[] {
  if (children.length > 0 || !isManifestType(descriptor.mediaType)) return [];
  const { config, layers } = parseManifest(bytes, descriptor.digest);
  const complete = blobs.length === layers.length + 1 && layers.every(({ mediaType }) => layerCompression(mediaType) !== undefined);
  return isConfigType(config.mediaType) && complete ? [{ config: config.digest, layers: layers.map(({ digest }) => digest) }] : [];
}
