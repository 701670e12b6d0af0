import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Image, Layer } from '../image/index.ts';
import { layerTar } from '../sources/index.ts';
import { readTar, type TarEntryType, type TarHeader } from '../tar/index.ts';

/** One path of the final file system. */
export interface ImageFile {
  /** Absolute. */
  readonly path: string;
  readonly type: TarEntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; 0 for everything but files. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Target of a link. */
  readonly target?: string;
  /** Digest of the layer that it comes from. */
  readonly layer: string;
}

/** A layer after all of it was read. */
export interface ReadLayer {
  readonly layer: Layer;
  /** SHA-256 of the tar; equal to the DiffID in a sound image. */
  readonly diffId: string;
  /** Bytes of the tar. */
  readonly tarSize: number;
  /** Entries in the layer. */
  readonly entries: number;
  /** Paths that are there more than once. */
  readonly repeated: readonly string[];
}

export interface Walked {
  /** The final file system, by absolute path. */
  readonly files: ReadonlyMap<string, ImageFile>;
  /** First bytes of the files that were asked for, by absolute path. */
  readonly contents: ReadonlyMap<string, Buffer>;
  readonly layers: readonly ReadLayer[];
}

/** Which contents to keep: up to this many bytes of a file, 0 for none. */
export type Wanted = (header: TarHeader, layer: Layer) => number;

/** Sees all bytes of one file, in order. */
export interface Observer {
  see(chunk: Uint8Array): void;
  end(): void;
}

/** Which files are seen whole; undefined for the others. */
export type Observe = (header: TarHeader, layer: Layer) => Observer | undefined;

/**
 * Reads all layers once and applies them in order, with whiteouts (image-spec, layer.md). Nothing is written. Throws IMAGE_INVALID and TAR_DAMAGED
 * for layers that cannot be read.
 */
export async function walkImage(image: Image, wanted: Wanted, observe: Observe = () => undefined): Promise<Walked> {
  const tree: Tree = { files: new Map(), contents: new Map() };
  const layers: ReadLayer[] = [];
  for (const layer of image.layers) layers.push(await walkLayer({ image, layer, wanted, observe, tree }));
  return { ...tree, layers };
}

interface Tree {
  readonly files: Map<string, ImageFile>;
  readonly contents: Map<string, Buffer>;
}

interface LayerWalk {
  readonly image: Image;
  readonly layer: Layer;
  readonly wanted: Wanted;
  readonly observe: Observe;
  readonly tree: Tree;
}

async function walkLayer({ image, layer, wanted, observe, tree }: LayerWalk): Promise<ReadLayer> {
  const hash = createHash('sha256');
  const counter = { tarSize: 0 };
  const seen = new Set<string>();
  const repeated: string[] = [];
  let entries = 0;
  const tar = counted(layerTar(image, layer), (chunk) => {
    hash.update(chunk);
    counter.tarSize += chunk.length;
  });
  try {
    for await (const { header, content } of readTar(tar.read())) {
      entries += 1;
      if (seen.has(header.path)) repeated.push(`/${header.path}`);
      seen.add(header.path);
      apply(tree, { header, layer, own: seen });
      if (header.type !== 'file') continue;
      const [limit, observer] = [wanted(header, layer), observe(header, layer)];
      if (limit === 0 && observer === undefined) continue;
      const first = await firstBytes(content, limit, observer);
      if (limit > 0) tree.contents.set(`/${header.path}`, first);
    }
    await tar.drain();
  } finally {
    await tar.close();
  }
  return { layer, diffId: `sha256:${hash.digest('hex')}`, ...counter, entries, repeated };
}

/** The end of an archive is not the end of its stream: padding belongs to the DiffID, and a blob is only checked at its end. */
function counted(source: AsyncGenerator<Uint8Array>, see: (chunk: Uint8Array) => void) {
  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { done, value } = await source.next();
      if (done === true) return;
      see(value);
      yield value;
    }
  }
  const drain = async () => {
    for await (const chunk of source) see(chunk);
  };
  return { read, drain, close: () => source.return(undefined) };
}

interface Applied {
  readonly header: TarHeader;
  readonly layer: Layer;
  readonly own: ReadonlySet<string>;
}

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';

function apply(tree: Tree, { header, layer, own }: Applied): void {
  const { type, mode, uid, gid, size, mtime, linkname } = header;
  const path = `/${header.path}`;
  const name = posix.basename(path);
  if (name === opaque) remove(tree, posix.dirname(path), (below) => !own.has(below.slice(1)));
  else if (name.startsWith(whiteout)) removeAll(tree, posix.join(posix.dirname(path), name.slice(whiteout.length)));
  else {
    if (type !== 'directory' && tree.files.get(path)?.type === 'directory') removeAll(tree, path);
    tree.contents.delete(path);
    tree.files.set(path, { path, type, mode, uid, gid, size, mtime, ...(linkname !== '' && { target: linkname }), layer: layer.digest });
  }
}

function removeAll(tree: Tree, path: string): void {
  tree.files.delete(path);
  tree.contents.delete(path);
  remove(tree, path, () => true);
}

function remove(tree: Tree, directory: string, condition: (path: string) => boolean): void {
  const prefix = directory === '/' ? '/' : `${directory}/`;
  for (const path of tree.files.keys()) {
    if (!path.startsWith(prefix) || path === '/' || !condition(path)) continue;
    tree.files.delete(path);
    tree.contents.delete(path);
  }
}

async function firstBytes(content: AsyncIterable<Uint8Array>, limit: number, observer?: Observer): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    if (size < limit) chunks.push(chunk.slice(0, limit - size));
    size += chunk.length;
    observer?.see(chunk);
  }
  observer?.end();
  return Buffer.concat(chunks);
}
