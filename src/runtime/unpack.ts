import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ToolError } from '../errors/index.ts';
import type { Image } from '../image/index.ts';
import { layerTar } from '../sources/index.ts';
import { readTar, type TarHeader } from '../tar/index.ts';
import { directoryInside } from './inside.ts';

export interface UnpackOptions {
  /** An empty directory. */
  readonly root: string;
  /** False for ordinary users, who cannot give files away: then everything belongs to them. */
  readonly owners: boolean;
  readonly signal: AbortSignal;
}

/**
 * Unpacks all layers of an image in order, with whiteouts (image-spec, layer.md), modes, times and, as root, owners. Device files are left out.
 * Nothing is written outside of `root`, whatever the layers hold. Throws IMAGE_INVALID and TAR_DAMAGED.
 */
export async function unpackImage(image: Image, { root, owners, signal }: UnpackOptions): Promise<void> {
  const directories = new Map<string, TarHeader>();
  for (const layer of image.layers) {
    const writer = new LayerWriter(root, owners, directories);
    for await (const { header, content } of readTar(layerTar(image, layer))) {
      signal.throwIfAborted();
      await writer.write(header, content);
    }
  }
  finishDirectories(directories, owners);
}

/** Modes and times of directories come last, so that a read-only one can be filled first. */
function finishDirectories(directories: ReadonlyMap<string, TarHeader>, owners: boolean): void {
  for (const [path, header] of [...directories].sort(([a], [b]) => (a < b ? 1 : -1))) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    if (owners) chownSync(path, header.uid, header.gid);
    // An ordinary user must be able to remove the tree again.
    chmodSync(path, owners ? header.mode : header.mode | 0o700);
    utimesSync(path, header.mtime, header.mtime);
  }
}

const opaque = '.wh..wh..opq';
const whiteout = '.wh.';

class LayerWriter {
  private readonly root: string;
  private readonly owners: boolean;
  private readonly directories: Map<string, TarHeader>;
  /** Host paths that this layer wrote: an opaque marker spares them. */
  private readonly own = new Set<string>();
  /** Host path of each image directory met; forgotten whenever a link or a removal could change one. */
  private readonly resolved = new Map<string, string>();

  constructor(root: string, owners: boolean, directories: Map<string, TarHeader>) {
    this.root = root;
    this.owners = owners;
    this.directories = directories;
  }

  async write(header: TarHeader, content: AsyncIterable<Uint8Array>): Promise<void> {
    if (header.path === '') return void this.directories.set(this.root, header);
    const parent = this.directory(dirname(header.path));
    const name = basename(header.path);
    if (name === opaque) return this.clear(parent);
    if (name.startsWith(whiteout)) return this.remove(join(parent, hiddenName(name)));
    const path = join(parent, name);
    this.own.add(path);
    await this.place(path, header, content);
  }

  private async place(path: string, header: TarHeader, content: AsyncIterable<Uint8Array>): Promise<void> {
    const old = lstatSync(path, { throwIfNoEntry: false });
    if (header.type === 'directory') {
      if (old !== undefined && !old.isDirectory()) this.remove(path);
      if (old?.isDirectory() !== true) mkdirSync(path, { mode: 0o700 });
      this.directories.set(path, header);
      return;
    }
    if (old !== undefined) this.remove(path);
    if (header.type === 'file') await this.file(path, header, content);
    else if (header.type === 'symlink') this.symlink(path, header);
    else if (header.type === 'hardlink') linkSync(join(this.directory(dirname(header.linkname)), basename(header.linkname)), path);
  }

  private async file(path: string, header: TarHeader, content: AsyncIterable<Uint8Array>): Promise<void> {
    const file = openSync(path, 'wx', 0o600);
    try {
      for await (const chunk of content) writeAll(file, chunk);
      if (this.owners) fchownSync(file, header.uid, header.gid);
      fchmodSync(file, header.mode);
      futimesSync(file, header.mtime, header.mtime);
    } finally {
      closeSync(file);
    }
  }

  private symlink(path: string, header: TarHeader): void {
    symlinkSync(header.linkname, path);
    if (this.owners) lchownSync(path, header.uid, header.gid);
    this.resolved.clear();
  }

  private remove(path: string): void {
    rmSync(path, { recursive: true, force: true });
    this.resolved.clear();
  }

  private clear(directory: string): void {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      if (!this.own.has(path)) this.remove(path);
    }
  }

  private directory(path: string): string {
    const known = this.resolved.get(path);
    if (known !== undefined) return known;
    const host = directoryInside(this.root, path);
    this.resolved.set(path, host);
    return host;
  }
}

/** The name that a whiteout hides; `.wh...` would name the parent directory. */
function hiddenName(name: string): string {
  const hidden = name.slice(whiteout.length);
  if (hidden !== '' && hidden !== '.' && hidden !== '..') return hidden;
  throw new ToolError('IMAGE_INVALID', `cannot unpack the image: ${JSON.stringify(name)} is not a whiteout`);
}

function writeAll(file: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
}
