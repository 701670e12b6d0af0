import { ToolError } from '../errors/index.ts';
import type { TarHeader } from '../tar/index.ts';

/** What is known of one path of an image. `layer` is the number of the layer that it came with, from 0. */
export type TreeNode = DirectoryNode | FileNode | LinkNode;

export interface DirectoryNode {
  readonly type: 'directory';
  readonly layer: number;
  readonly children: Map<string, TreeNode>;
}

export interface FileNode {
  readonly type: 'file';
  readonly layer: number;
  readonly captured: Captured | undefined;
}

export interface LinkNode {
  readonly type: 'symlink';
  readonly layer: number;
  readonly target: string;
}

/** What was kept of a file: its whole content, or the strings that a scan found in it. */
export type Captured =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'strings'; readonly strings: readonly string[] };

export interface Resolved {
  /** Absolute path without symlinks. */
  readonly path: string;
  readonly node: DirectoryNode | FileNode;
}

const maxEntries = 1_000_000;
const maxCaptured = 256 * 1024 * 1024;
const maxLinks = 40;

/** The names of an image's files, built layer by layer as a runtime would unpack them (image-spec layer.md: whiteouts, changesets). */
export class ImageTree {
  private readonly root = directory(0);
  private layer = 0;
  private entries = 0;
  private captured = 0;

  /** Begins the next layer; whiteouts of a layer hide only what lower layers brought. */
  nextLayer(): void {
    this.layer++;
  }

  /** Takes one tar entry. Errors: BASE_LAYER_UNREADABLE for too many entries, too much kept content, or a bare whiteout. */
  apply(header: TarHeader, captured: Captured | undefined): void {
    if (++this.entries > maxEntries) throw new ToolError('BASE_LAYER_UNREADABLE', `the base has more than ${maxEntries} files`);
    this.captured += captured?.kind === 'whole' ? captured.bytes.length : 0;
    if (this.captured > maxCaptured)
      throw new ToolError('BASE_LAYER_UNREADABLE', 'the package and account files of the base are too large');
    if (header.path === '') return;
    const slash = header.path.lastIndexOf('/');
    const directoryPath = slash === -1 ? '' : header.path.slice(0, slash);
    const name = header.path.slice(slash + 1);
    if (name.startsWith('.wh.')) this.whiteOut(directoryPath, name);
    else this.place({ parent: this.directoryAt(directoryPath), name, header, captured });
  }

  /** The file or directory that a path means, symlinks followed; undefined if there is none. */
  resolve(path: string): Resolved | undefined {
    const found = this.walk(path);
    return found === undefined || found.node.type === 'symlink' ? undefined : { path: found.path, node: found.node };
  }

  /** Names in a directory, sorted; empty if there is none. */
  list(path: string): string[] {
    const node = this.resolve(path)?.node;
    return node?.type === 'directory' ? [...node.children.keys()].sort() : [];
  }

  private place({ parent, name, header, captured }: Placement): void {
    const old = parent.children.get(name);
    if (header.type === 'directory') {
      const children = old?.type === 'directory' ? old.children : new Map<string, TreeNode>();
      parent.children.set(name, { type: 'directory', layer: this.layer, children });
    } else if (header.type === 'symlink') parent.children.set(name, { type: 'symlink', layer: this.layer, target: header.linkname });
    else if (header.type === 'hardlink') this.placeHardLink(parent, name, header.linkname);
    else parent.children.set(name, { type: 'file', layer: this.layer, captured });
  }

  private placeHardLink(parent: DirectoryNode, name: string, target: string): void {
    const node = this.walk(`/${target}`, false)?.node;
    if (node === undefined || node.type === 'directory') return;
    parent.children.set(name, { ...node, layer: this.layer });
  }

  private whiteOut(directoryPath: string, name: string): void {
    if (name === '.wh.') throw new ToolError('BASE_LAYER_UNREADABLE', 'a layer of the base has a whiteout without a name');
    const parent = this.resolve(directoryPath)?.node;
    // Where there is no such directory there is nothing to hide.
    if (parent?.type !== 'directory') return;
    if (name === '.wh..wh..opq') dropLower(parent, this.layer);
    else if (!name.startsWith('.wh..wh.')) hide(parent, name.slice('.wh.'.length), this.layer);
  }

  // A layer may leave out the entries of its directories, and may name files below a directory that a lower layer made a symlink.
  private directoryAt(path: string, links = 0): DirectoryNode {
    let current = this.root;
    let at = '';
    for (const segment of segmentsOf(path)) {
      const next = `${at}/${segment}`;
      const dangling = current.children.get(segment);
      if (dangling?.type === 'symlink' && this.walk(next) === undefined) this.makeTarget(at, dangling.target, links + 1);
      const found = this.walk(next);
      if (found?.node.type !== 'directory') current.children.set(segment, directory(this.layer));
      const made = this.walk(next);
      if (made?.node.type !== 'directory') throw new TypeError('a directory that was just made is there');
      current = made.node;
      at = made.path === '/' ? '' : made.path;
    }
    return current;
  }

  // Runtimes make the directories that a dangling symlink names, as `mkdir -p` through it would.
  private makeTarget(from: string, target: string, links: number): void {
    if (links > maxLinks) throw new ToolError('BASE_LAYER_UNREADABLE', 'a layer of the base puts files below symlinks that go round');
    this.directoryAt(target.startsWith('/') ? target : `${from}/${target}`, links);
  }

  private walk(path: string, followLast = true): { readonly path: string; readonly node: TreeNode } | undefined {
    let rest = segmentsOf(path);
    const trail: { name: string; node: DirectoryNode }[] = [{ name: '', node: this.root }];
    for (let links = 0; ; ) {
      const segment = rest.shift();
      if (segment === undefined) return located(trail);
      const here = trail.at(-1)?.node ?? this.root;
      const next = segment === '..' ? undefined : here.children.get(segment);
      if (segment === '..') {
        if (trail.length > 1) trail.pop();
      } else if (next === undefined) return undefined;
      else if (next.type === 'directory') trail.push({ name: segment, node: next });
      else if (next.type === 'file' || (rest.length === 0 && !followLast)) {
        return rest.length === 0 ? { path: `${located(trail).path.replace(/\/$/, '')}/${segment}`, node: next } : undefined;
      } else {
        if (++links > maxLinks) return undefined;
        if (next.target.startsWith('/')) trail.length = 1;
        rest = [...segmentsOf(next.target), ...rest];
      }
    }
  }
}

interface Placement {
  readonly parent: DirectoryNode;
  readonly name: string;
  readonly header: TarHeader;
  readonly captured: Captured | undefined;
}

function directory(layer: number): DirectoryNode {
  return { type: 'directory', layer, children: new Map() };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && segment !== '.');
}

function located(trail: readonly { readonly name: string; readonly node: DirectoryNode }[]): { path: string; node: DirectoryNode } {
  const last = trail.at(-1)?.node;
  if (last === undefined) throw new TypeError('the trail always holds the root');
  return { path: trail.map(({ name }) => name).join('/') || '/', node: last };
}

function hide(parent: DirectoryNode, name: string, layer: number): void {
  const node = parent.children.get(name);
  if (node === undefined) return;
  if (node.type === 'directory' && (node.layer === layer || hasFrom(node, layer))) dropLower(node, layer);
  else if (node.layer < layer) parent.children.delete(name);
}

function dropLower(parent: DirectoryNode, layer: number): void {
  for (const name of [...parent.children.keys()]) hide(parent, name, layer);
}

function hasFrom(node: DirectoryNode, layer: number): boolean {
  return [...node.children.values()].some((child) => child.layer === layer || (child.type === 'directory' && hasFrom(child, layer)));
}
