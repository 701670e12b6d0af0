import { epoch, type LayerEntry } from '../../tar/types.ts';
import { type Content, heldContent } from '../content.ts';

/** A file, directory or link of the root. Paths have no leading slash. */
export type RootEntry = { readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number } & (
  | { readonly type: 'file'; readonly content: Content }
  | { readonly type: 'directory' }
  | { readonly type: 'symlink'; readonly target: string }
);

/** The root while it is built: entries by path. */
export type RootTree = Map<string, RootEntry>;

const owner = { uid: 0, gid: 0 };

/** A file of root's with mode 0644. */
export function file(path: string, content: string | Uint8Array): RootEntry {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { path, mode: 0o644, ...owner, type: 'file', content: heldContent(bytes) };
}

/** A directory of root's. */
export function directory(path: string, mode = 0o755): RootEntry {
  return { path, mode, ...owner, type: 'directory' };
}

/** A symbolic link of root's. */
export function symlink(path: string, target: string): RootEntry {
  return { path, mode: 0o777, ...owner, type: 'symlink', target };
}

/** Replaces what is at the entries' paths. */
export function place(tree: RootTree, entries: Iterable<RootEntry>): void {
  for (const entry of entries) tree.set(entry.path, entry);
}

/** `usr/lib` of `usr/lib/x`; empty at the top. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** Adds directories that no package ships but that have something in them. */
export function addParents(tree: RootTree): void {
  for (const path of [...tree.keys()]) {
    for (let parent = parentOf(path); parent !== '' && !tree.has(parent); parent = parentOf(parent)) tree.set(parent, directory(parent));
  }
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function layerEntry(entry: RootEntry): LayerEntry {
  const common = { path: entry.path, mode: entry.mode, uid: entry.uid, gid: entry.gid, mtime: epoch };
  if (entry.type === 'directory') return { ...common, type: entry.type };
  if (entry.type === 'symlink') return { ...common, type: entry.type, target: entry.target };
  const { content } = entry;
  return { ...common, type: entry.type, size: content.size, content: () => content.pieces() };
}

/** The tree as layer entries, sorted bytewise by path, all with the fixed time. */
export function layerEntries(tree: RootTree): readonly LayerEntry[] {
  return [...tree.values()].sort((a, b) => compareBytes(a.path, b.path)).map(layerEntry);
}
