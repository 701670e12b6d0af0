import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Image, type ImageIndex, imagesOf } from '../image/index.ts';
import { canonicalJson } from '../json.ts';
import { layoutPath } from '../layout-path.ts';
import { exactly } from '../sources/index.ts';
import { blockSize, headerBytes, padding } from '../tar/index.ts';
import { blobsOf, type ImageBlob, indexEntries, indexText, layoutMarker } from './contents.ts';
import { writeWhole } from './files.ts';
import { type ImageName, namesOf } from './names.ts';
import type { PutOptions, PutResult, Sink } from './types.ts';

/**
 * One tar that is an OCI layout and a `docker save` archive at once, so that Docker, Podman, skopeo, containerd and kind all load it. Equal images
 * give equal bytes. `-` writes to `stdout`. Throws SINK_WRITE and IMAGE_INVALID.
 */
export function archiveSink(file: string, stdout: Writable = process.stdout): Sink {
  return { name: `tar:${file}`, put: (image, options) => putArchive({ file, stdout }, image, options) };
}

/** The bytes of the archive, made while they are read. */
export function archiveStream(image: Image | ImageIndex, references: readonly string[]): Readable {
  return Readable.from(archiveChunks(image, namesOf(image, references)), { objectMode: false });
}

/** Exact length of `archiveStream` in bytes. */
export function archiveSize(image: Image | ImageIndex, references: readonly string[]): number {
  const members = archiveMembers(image, namesOf(image, references));
  return members.reduce(
    (total, { path, size }) => total + memberHeader(path, size).length + size + padding(size).length,
    archiveEnd.length,
  );
}

interface Target {
  readonly file: string;
  readonly stdout: Writable;
}

async function putArchive({ file, stdout }: Target, image: Image | ImageIndex, { references, signal }: PutOptions): Promise<PutResult> {
  const content = archiveStream(image, references);
  const bytesWritten = archiveSize(image, references);
  if (file === '-') await pipeline(content, stdout, { signal, end: false });
  else await writeWhole(content, { file, signal });
  return { location: `tar:${file}`, bytesWritten };
}

interface Member {
  readonly path: string;
  readonly size: number;
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

function archiveMembers(image: Image | ImageIndex, names: readonly ImageName[]): readonly Member[] {
  return [
    ...blobsOf(image).map(blobMember),
    textMember('index.json', indexText(indexEntries(image, names))),
    textMember('manifest.json', dockerManifest(image, names)),
    textMember('oci-layout', layoutMarker),
  ];
}

async function* archiveChunks(image: Image | ImageIndex, names: readonly ImageName[]): AsyncGenerator<Uint8Array> {
  for (const { path, size, chunks } of archiveMembers(image, names)) {
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

function blobMember({ descriptor, open }: ImageBlob): Member {
  return { path: layoutPath(descriptor.digest), size: descriptor.size, chunks: () => opened(open, descriptor) };
}

async function* opened(open: ImageBlob['open'], descriptor: ImageBlob['descriptor']): AsyncGenerator<Uint8Array> {
  yield* exactly(await open(), descriptor);
}

function textMember(path: string, text: string): Member {
  const bytes = Buffer.from(text);
  return { path, size: bytes.length, chunks: () => [bytes] };
}

/** `manifest.json` of `docker save`: it can name one platform only, so an index is represented by its first. */
function dockerManifest(image: Image | ImageIndex, names: readonly ImageName[]): string {
  const entries = imagesOf(image)
    .slice(0, 1)
    .map((first) => ({
      Config: layoutPath(first.configDescriptor.digest),
      RepoTags: names.map((name) => name.familiar),
      Layers: first.layers.map((layer) => layoutPath(layer.digest)),
    }));
  return canonicalJson(entries);
}
