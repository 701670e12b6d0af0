import { posix } from 'node:path';
import type { Architecture } from '../../platform.ts';
import { releaseWhole } from '../../release.ts';
import { readElf } from '../elf.ts';
import { type CacheEntry, cacheFlags, writeCache } from '../ldcache.ts';
import { upstreamVersion } from '../version.ts';
import { parentOf, type RootEntry, type RootTree } from './entry.ts';

const sharedObject = 3;
const machines = { amd64: 62, arm64: 183 } as const;
const maxLinks = 40;

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** The entry that a path leads to through links of the tree, in any segment. */
export function resolveEntry(tree: RootTree, path: string): RootEntry | undefined {
  let rest = segmentsOf(path);
  let at = '';
  let links = 0;
  while (rest.length > 0) {
    const next = posix.join(at, rest[0] ?? '');
    const entry = tree.get(next);
    if (!entry) return undefined;
    rest = rest.slice(1);
    if (entry.type !== 'symlink') {
      at = next;
      continue;
    }
    if (++links > maxLinks) return undefined;
    rest = [...segmentsOf(posix.resolve('/', at, entry.target)), ...rest];
    at = '';
  }
  return tree.get(at);
}

function linesOf(entry: RootEntry | undefined): readonly string[] {
  return entry?.type === 'file' ? Buffer.from(entry.content.bytes()).toString('utf8').split('\n') : [];
}

/** Directories of /etc/ld.so.conf with its includes (`*.conf` in bytewise order), then glibc's own. */
function searchDirectories(tree: RootTree): readonly string[] {
  const included = [...tree.keys()].filter((path) => /^etc\/ld\.so\.conf\.d\/[^/]+\.conf$/.test(path)).sort();
  const all = linesOf(tree.get('etc/ld.so.conf')).flatMap((line) =>
    /^\s*include\s/.test(line) ? included.flatMap((path) => linesOf(tree.get(path))) : [line],
  );
  const absolute = all.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line.startsWith('/'));
  return [...absolute, '/lib', '/usr/lib'];
}

/** The name under which ldconfig lists a file, or undefined if it does not. */
function listedName(tree: RootTree, path: string, architecture: Architecture): string | undefined {
  const name = posix.basename(path);
  if (!/^(?:lib|ld-).*\.so/.test(name)) return undefined;
  const real = resolveEntry(tree, path);
  if (real?.type !== 'file') return undefined;
  const bytes = real.content.bytes();
  const elf = readElf(bytes);
  releaseWhole(bytes);
  if (elf?.type !== sharedObject || elf.machine !== machines[architecture]) return undefined;
  const soname = elf.soname ?? name;
  const realName = posix.basename(real.path);
  // A link straight to the soname, or to a development file, is looked for under its own name.
  const isNamed = tree.get(path)?.type === 'symlink' && (realName === soname || (realName.endsWith('.so') && soname.startsWith(realName)));
  return isNamed ? name : soname;
}

/** The libraries that the loader finds, with the paths that ldconfig shows. A directory that several names lead to is read once. */
export function cacheEntries(tree: RootTree, architecture: Architecture): readonly CacheEntry[] {
  const seen = new Set<string>();
  return searchDirectories(tree).flatMap((shown) => {
    const real = resolveEntry(tree, shown);
    if (real?.type !== 'directory' || seen.has(real.path)) return [];
    seen.add(real.path);
    const paths = [...tree.keys()].filter((path) => parentOf(path) === real.path).sort();
    const names = new Set(paths.flatMap((path) => listedName(tree, path, architecture) ?? []));
    return [...names].map((key) => ({ key, value: `${shown}/${key}` }));
  });
}

/** The bytes of /etc/ld.so.cache for a tree. `libcVersion` is the version of the package libc6. */
export function loaderCache(tree: RootTree, architecture: Architecture, libcVersion: string): Uint8Array {
  const generator = `ldconfig (Debian GLIBC ${libcVersion}) stable release version ${upstreamVersion(libcVersion)}`;
  return writeCache(cacheEntries(tree, architecture), { flags: cacheFlags[architecture], generator });
}
