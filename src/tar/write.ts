import { blockSize, headerBytes, padding } from './header.ts';
import { compareTarPaths, pathProblem } from './path.ts';
import type { LayerEntry } from './types.ts';

/** An entry with content, which may be written from its bytes or from its deflate stream. */
export type FileEntry = LayerEntry & { readonly type: 'file' };

/** The tar of a layer, byte for byte the same everywhere (oci.md §2.2). Errors: as `tarParts`. */
export function* tarBytes(entries: Iterable<LayerEntry>): Generator<Uint8Array> {
  for (const part of tarParts(entries)) {
    if (part instanceof Uint8Array) yield part;
    else yield* contentOf(part);
  }
}

/**
 * The bytes of `tarBytes`, but for the files' content, for which their entries stand. Entries must be sorted bytewise by path (directories
 * may come before all else, derived files follow their sources), without duplicates, and nothing may lie below a file or link; a mistake
 * of the caller throws `RangeError`.
 */
export function* tarParts(entries: Iterable<LayerEntry>): Generator<Uint8Array | FileEntry> {
  const check = orderCheck();
  for (const entry of entries) {
    check(entry);
    yield headerBytes(entry);
    if (entry.type !== 'file') continue;
    yield entry;
    yield padding(entry.size);
  }
  yield Buffer.alloc(2 * blockSize);
}

/** The bytes of a file. Errors: `RangeError` if they aren't as many as its header promises. */
export function* contentOf(entry: FileEntry): Generator<Uint8Array> {
  let left = entry.size;
  for (const chunk of entry.content()) {
    left -= chunk.length;
    if (left < 0) break;
    yield chunk;
  }
  if (left !== 0) throw wrongSize(entry);
}

export function wrongSize(entry: FileEntry): RangeError {
  return new RangeError(`${entry.path} does not have the ${entry.size} bytes that its header promises`);
}

/**
 * Two orders are right: all entries in one sorted run, or first directories, then all else, each sorted. In both a directory comes before
 * what lies in it, and no path comes twice. A derived file has its source's place.
 */
function orderCheck(): (entry: LayerEntry) => void {
  const leaves = new Set<string>();
  const directories = new Set<string>();
  let last: LayerEntry | undefined;
  let isPrologueOver = false;
  const checkPlace = (entry: LayerEntry) => {
    const isSorted = last === undefined || compareTarPaths(last.path, entry.path) < 0;
    const isMisplaced = !isSorted && (isPrologueOver || leaves.size > 0);
    isPrologueOver ||= !isSorted;
    if (isMisplaced || (isPrologueOver && entry.type === 'directory')) throw outOfOrder(`${last?.path}, ${entry.path}`);
    last = entry;
  };
  return (entry) => {
    const { path } = entry;
    const problem = pathProblem(path);
    if (problem !== undefined) throw new RangeError(`bad path in a layer, ${problem}: ${JSON.stringify(path)}`);
    if (entry.type !== 'file' || entry.derived !== true) checkPlace(entry);
    else if (last?.type !== 'file') throw outOfOrder(`${path} is derived, but follows no file`);
    if (leaves.has(path)) throw outOfOrder(`${path} comes twice`);
    if (directories.has(path)) throw outOfOrder(entry.type === 'directory' ? `${path} comes late` : `${path} is a directory too`);
    // No directory is a leaf, nor is anything that one lies in.
    const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    if (!directories.has(parent) && hasAncestorIn(leaves, path)) throw new RangeError(`layer entry below a file or link: ${path}`);
    if (entry.type !== 'directory') leaves.add(path);
    remember(directories, entry.type === 'directory' ? path : parent);
  };
}

function outOfOrder(what: string): RangeError {
  return new RangeError(`layer entries out of order: ${what}`);
}

function hasAncestorIn(paths: ReadonlySet<string>, path: string): boolean {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) if (paths.has(path.slice(0, at))) return true;
  return false;
}

/** Adds a directory with those that it lies in, which need no entry of their own. */
function remember(directories: Set<string>, path: string): void {
  for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) {
    if (directories.has(path.slice(0, at))) return;
    directories.add(path.slice(0, at));
  }
}
