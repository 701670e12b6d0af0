import { blockSize, headerBytes, padding } from './header.ts';
import { compareTarPaths, pathProblem } from './path.ts';
import type { LayerEntry } from './types.ts';

/**
 * The tar of a layer, byte for byte the same everywhere (oci.md §2.2). Entries must be sorted bytewise by path without duplicates, and
 * nothing may lie below a file or link; anything else is a mistake of the caller and throws `RangeError`.
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

function orderCheck(): (entry: LayerEntry) => void {
  const leaves = new Set<string>();
  let last: string | undefined;
  let lastParent = '';
  return (entry) => {
    const { path } = entry;
    const problem = pathProblem(path);
    if (problem !== undefined) throw new RangeError(`bad path in a layer, ${problem}: ${JSON.stringify(path)}`);
    if (last !== undefined && compareTarPaths(last, path) >= 0) throw new RangeError(`layer entries out of order: ${last}, ${path}`);
    last = path;
    if (entry.type !== 'directory') leaves.add(path);
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (parent === lastParent) return;
    for (let at = parent.length; at > 0; at = parent.lastIndexOf('/', at - 1)) {
      if (leaves.has(parent.slice(0, at))) throw new RangeError(`layer entry below a file or link: ${path}`);
    }
    lastParent = parent;
  };
}
