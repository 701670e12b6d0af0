import path from 'node:path/posix';
import { child, type Node, optionalCount, optionalText, refuse, tableOf, textOf } from './shape.ts';
import type { LockedFile, PackageSource } from './types.ts';

/** Reads a `source` table (uv-and-wheels §1.3). Throws `ShapeError`. */
export function sourceOf(node: Node): PackageSource {
  const table = tableOf(node);
  const text = (key: string) => textOf(child(node, key));
  if ('registry' in table) return { kind: 'registry', registry: text('registry') };
  if ('git' in table) return gitSource(node, text('git'));
  if ('url' in table) return urlSource(node, text('url'));
  if ('path' in table) return { kind: 'path', path: text('path') };
  for (const kind of ['directory', 'editable', 'virtual'] as const) {
    if (kind in table) return { kind, directory: text(kind) };
  }
  return refuse(node, 'must have one of registry, git, url, path, directory, editable, virtual');
}

function gitSource(node: Node, git: string): PackageSource {
  if (!/#[0-9a-f]{40}$/.test(git)) refuse(child(node, 'git'), 'must end in # and a full commit');
  return { kind: 'git', git };
}

function urlSource(node: Node, url: string): PackageSource {
  const subdirectory = optionalText(child(node, 'subdirectory'));
  return { kind: 'url', url, ...(subdirectory === undefined ? {} : { subdirectory }) };
}

/** One text per source, equal for equal sources. */
export function sourceKey(source: PackageSource): string {
  return JSON.stringify(Object.entries(source).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether the source is a tree of files that is built, not an archive. */
export function isTree(source: PackageSource): boolean {
  if (source.kind === 'git') return !/[?&]path=/.test(source.git);
  return source.kind === 'directory' || source.kind === 'editable' || source.kind === 'virtual';
}

/** Reads a wheel or sdist of a package with the given source. Throws `ShapeError`. */
export function fileOf(node: Node, source: PackageSource): LockedFile {
  const hash = hashOf(child(node, 'hash'));
  const size = optionalCount(child(node, 'size'));
  return { ...locationOf(node, source), ...(hash === undefined ? {} : { hash }), ...(size === undefined ? {} : { size }) };
}

/** Hex digits of the hash algorithms that lock files name. */
export const digits: Readonly<Record<string, number>> = { md5: 32, sha256: 64, sha384: 96, sha512: 128, blake2b: 128 };

function hashOf(node: Node): string | undefined {
  const text = optionalText(node);
  if (text === undefined) return undefined;
  const [algorithm = '', hex = ''] = text.split(':');
  if (digits[algorithm] !== hex.length || !/^[0-9a-f]+$/.test(hex)) refuse(node, 'must be an algorithm, a colon and hex digits');
  return text;
}

type Location = Pick<LockedFile, 'filename' | 'url' | 'path'>;

function locationOf(node: Node, source: PackageSource): Location {
  const url = optionalText(child(node, 'url'));
  if (url !== undefined) return { filename: lastSegment(child(node, 'url'), url), url };
  const below = optionalText(child(node, 'path'));
  if (below !== undefined) return localFile(child(node, 'path'), below, source);
  return directFile(node, source);
}

function localFile(node: Node, below: string, source: PackageSource): Location {
  const joined = source.kind === 'registry' && !path.isAbsolute(below) ? path.join(source.registry, below) : below;
  return { filename: lastSegment(node, below, false), path: joined };
}

/** Direct sources name the file themselves; the lock repeats at most its name. */
function directFile(node: Node, source: PackageSource): Location {
  const name = child(node, 'filename');
  const filename = optionalText(name);
  if (filename !== undefined && /[/\\]/.test(filename)) refuse(name, 'must be a file name without a directory');
  if (source.kind === 'url') return { filename: filename ?? lastSegment(node, source.url), url: source.url };
  if (source.kind === 'path') return { filename: filename ?? path.basename(source.path), path: source.path };
  if (filename === undefined && source.kind !== 'git') refuse(node, 'must have a url, path or filename');
  return { filename: filename ?? '' };
}

/** The file name at the end of a URL or path. Throws `ShapeError`. */
export function lastSegment(node: Node, location: string, isUrl = true): string {
  const raw = (isUrl ? location.replace(/[?#].*$/s, '') : location).split('/').at(-1) ?? '';
  const name = isUrl ? decoded(node, raw) : raw;
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) refuse(node, 'must end in a file name');
  return name;
}

function decoded(node: Node, segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return refuse(node, 'has a broken percent escape');
  }
}
