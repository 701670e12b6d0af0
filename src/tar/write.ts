import { blockSize, headerBytes, padding } from './header.ts';
import { compareTarPaths, pathProblem } from './path.ts';
import type { LayerEntry } from './types.ts';

/**
 * The tar of a layer, byte for byte the same everywhere (oci.md §2.2). Entries must be sorted bytewise by path (directories may
 * come before all else), without duplicates, and nothing may lie below a file or link; a mistake of the caller throws `RangeError`.
 */
export function* tarBytes(entries: Iterable<LayerEntry>): Generator<Uint8Array> {
  const check = orderCheck();
  for (const entry of entries) {
    check(entry);
    yield headerBytes(entry);
    if (entry.type !== 'file') continue;
    yield* exactly(entry.content(), entry);
    yield padding(entry.size);
  }
  yield Buffer.alloc(2 * blockSize);
}

function* exactly(content: Iterable<Uint8Array>, entry: { readonly path: string; readonly size: number }): Generator<Uint8Array> {
  let left = entry.size;
  for (const chunk of content) {
    left -= chunk.length;
    if (left < 0) break;
    yield chunk;
  }
  if (left !== 0) throw new RangeError(`${entry.path} does not have the ${entry.size} bytes that its header promises`);
}

/**
 * Two orders are right: all entries in one sorted run, or first directories, then all else, each sorted. In both a directory comes before
 * what lies in it, and no path comes twice.
 */
function orderCheck(): (entry: LayerEntry) => void {
  const leaves = new Set<string>();
  const directories = new Set<string>();
  let last: string | undefined;
  let isPrologueOver = false;
  return (entry) => {
    const { path } = entry;
    const problem = pathProblem(path);
    if (problem !== undefined) throw new RangeError(`bad path in a layer, ${problem}: ${JSON.stringify(path)}`);
    const isSorted = last === undefined || compareTarPaths(last, path) < 0;
    if (!isSorted && (isPrologueOver || leaves.size > 0)) throw new RangeError(`layer entries out of order: ${last}, ${path}`);
    isPrologueOver ||= !isSorted;
    if (isPrologueOver && entry.type === 'directory') throw new RangeError(`layer entries out of order: ${last}, ${path}`);
    last = path;
    if (hasAncestorIn(leaves, path)) throw new RangeError(`layer entry below a file or link: ${path}`);
    if (entry.type === 'directory') remember(directories, path);
    else if (directories.has(path)) throw new RangeError(`layer entries out of order: ${path} is a directory too`);
    else leaves.add(path);
  };
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
