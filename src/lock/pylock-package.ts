import path from 'node:path/posix';
import { ToolError } from '../errors/index.ts';
import { isValidName, normalizeName, parseMarker, parseSpecifiers, parseVersion, parseWheelFilename } from '../packaging/index.ts';
import { markerInLock } from './list-lock.ts';
import { type Pin, withoutEdges } from './pinned.ts';
import { redact } from './redact.ts';
import { child, listOf, mapOf, type Node, optionalCount, optionalText, refuse, tableOf, textOf } from './shape.ts';
import { digits, lastSegment } from './source.ts';
import type { LockedFile, PackageSource } from './types.ts';
import { checkWheelNames } from './wheel-names.ts';

/** Reads one `[[packages]]` table (PEP 751); `base` is the lock's directory below the workspace root. Throws `ShapeError`. */
export function pylockPin(node: Node, base: string): Omit<Pin, 'where'> {
  const nameNode = child(node, 'name');
  const name = textOf(nameNode);
  if (!isValidName(name)) refuse(nameNode, 'is not the name of a package');
  const marker = child(node, 'marker');
  const requiresPython = child(node, 'requires-python');
  const version = child(node, 'version');
  readable(marker, checkMarker);
  readable(requiresPython, parseSpecifiers);
  readable(version, parseVersion);
  const origin = originOf(node, base);
  const named = { name: normalizeName(name), version: optionalText(version) ?? versionOf(origin.wheels), ...origin };
  checkWheelNames(named, wheelNodes(node));
  return {
    ...withoutEdges,
    ...named,
    marker: optionalText(marker),
    requiresPython: optionalText(requiresPython),
  };
}

/** Where the wheels of a package stand; an archive may be one. */
function wheelNodes(node: Node): readonly Node[] {
  const archive = child(node, 'archive');
  return archive.value === undefined ? listOf(child(node, 'wheels')) : [archive];
}

/** The grammar of PEP 508 with two sets that may be searched, and without `extra`. */
function checkMarker(text: string): void {
  if (/\bextra\b/.test(text.replaceAll(/"[^"]*"|'[^']*'/g, "''"))) {
    throw new ToolError('MARKER_INVALID', '"extra" is no variable of pylock.toml, which has extras');
  }
  parseMarker(markerInLock(text, 'project'));
}

type Origin = Pick<Pin, 'source' | 'sdist' | 'wheels'>;

/** vcs, directory and archive exclude each other and the files of an index. */
function originOf(node: Node, base: string): Origin {
  const table = tableOf(node);
  const kinds = (['vcs', 'directory', 'archive'] as const).filter((kind) => kind in table);
  const hasFiles = 'sdist' in table || 'wheels' in table;
  if (kinds.length + (hasFiles ? 1 : 0) !== 1) refuse(node, 'must have exactly one of vcs, directory, archive, or sdist and wheels');
  const [kind] = kinds;
  if (kind === 'vcs') return { source: vcsSource(child(node, 'vcs'), base), sdist: undefined, wheels: [] };
  if (kind === 'directory') return { source: directorySource(child(node, 'directory'), base), sdist: undefined, wheels: [] };
  return kind === 'archive' ? archiveOrigin(child(node, 'archive'), base) : indexOrigin(node, base);
}

function indexOrigin(node: Node, base: string): Origin {
  const sdist = child(node, 'sdist');
  return {
    source: { kind: 'registry', registry: optionalText(child(node, 'index')) ?? '' },
    sdist: sdist.value === undefined ? undefined : fileOf(sdist, base),
    wheels: listOf(child(node, 'wheels')).map((wheel) => fileOf(wheel, base)),
  };
}

function archiveOrigin(node: Node, base: string): Origin {
  const file = fileOf(node, base);
  const subdirectory = optionalText(child(node, 'subdirectory'));
  const below = subdirectory === undefined ? {} : { subdirectory };
  const source: PackageSource = file.url === undefined ? { kind: 'path', path: file.path ?? '' } : { kind: 'url', url: file.url, ...below };
  const isWheel = file.filename.endsWith('.whl');
  return { source, sdist: isWheel ? undefined : file, wheels: isWheel ? [file] : [] };
}

/** Editable or not makes no difference: in an image everything is installed as it is. */
function directorySource(node: Node, base: string): PackageSource {
  const below = optionalText(child(node, 'subdirectory')) ?? '.';
  return { kind: 'directory', directory: path.join(located(textOf(child(node, 'path')), base), below) };
}

function vcsSource(node: Node, base: string): PackageSource {
  const type = textOf(child(node, 'type'));
  if (type !== 'git') refuse(child(node, 'type'), `is ${JSON.stringify(type)}; only git is known`);
  const commit = textOf(child(node, 'commit-id'));
  if (!/^[0-9a-f]{40}$/.test(commit)) refuse(child(node, 'commit-id'), 'must be a full commit');
  const [url, local] = [optionalText(child(node, 'url')), optionalText(child(node, 'path'))];
  if (url === undefined && local === undefined) refuse(node, 'must have a url or a path');
  const query = new URLSearchParams();
  const subdirectory = optionalText(child(node, 'subdirectory'));
  const revision = optionalText(child(node, 'requested-revision'));
  if (subdirectory !== undefined) query.set('subdirectory', subdirectory);
  if (revision !== undefined) query.set('rev', revision);
  const repository = (url ?? located(local ?? '', base)).replace(/^git\+/, '').replace(/[?#].*$/s, '');
  return { kind: 'git', git: `${withoutLogin(repository)}${query.size === 0 ? '' : `?${query}`}#${commit}` };
}

/** A wheel, sdist or archive: `name` wins over the end of `url` or `path`. */
function fileOf(node: Node, base: string): LockedFile {
  const [urlNode, pathNode, nameNode] = [child(node, 'url'), child(node, 'path'), child(node, 'name')];
  const [url, local, name] = [optionalText(urlNode), optionalText(pathNode), optionalText(nameNode)];
  if (url === undefined && local === undefined) refuse(node, 'must have a url or a path');
  if (name !== undefined && /[/\\\0]|^\.{0,2}$/.test(name)) refuse(nameNode, 'must be a file name without a directory');
  const filename = name ?? (url === undefined ? lastSegment(pathNode, local ?? '', false) : lastSegment(urlNode, url));
  const hash = hashOf(child(node, 'hashes'));
  const size = optionalCount(child(node, 'size'));
  const place = url === undefined ? { path: located(local ?? '', base) } : { url: withoutLogin(url) };
  return { filename, ...place, hash, ...(size === undefined ? {} : { size }) };
}

/** A lock that is committed holds no credentials, and what it says is written into the image; those of indexes and netrc are used. */
function withoutLogin(text: string): string {
  return /^https?:/i.test(text) ? redact(text) : text;
}

/** The strongest hash that can be checked here, else any: what is not sha256 is refused when the file is chosen. */
function hashOf(node: Node): string {
  const hashes = Object.entries(mapOf(node, textOf));
  if (hashes.length === 0) refuse(node, 'must hold a hash');
  for (const [algorithm, hex] of hashes) {
    const length = digits[algorithm];
    if ((length !== undefined && length !== hex.length) || !/^[0-9a-fA-F]+$/.test(hex))
      refuse(child(node, algorithm), 'must be hex digits of its length');
  }
  const [algorithm, hex = ''] = hashes.find(([key]) => key === 'sha256') ?? hashes[0] ?? ['', ''];
  return `${algorithm}:${hex.toLowerCase()}`;
}

/** Relative paths start at the lock; here at the workspace root. */
function located(text: string, base: string): string {
  return path.isAbsolute(text) ? text : path.join(base, text);
}

/** Direct archives may leave the version to the file. */
function versionOf(wheels: readonly LockedFile[]): string | undefined {
  try {
    return wheels[0] === undefined ? undefined : parseWheelFilename(wheels[0].filename).version.text;
  } catch {
    return undefined;
  }
}

/** Refuses a text that its grammar does not allow, at its own place. */
export function readable(node: Node, read: (text: string) => unknown): void {
  const text = optionalText(node);
  if (text === undefined) return;
  try {
    read(text);
  } catch (error) {
    if (error instanceof ToolError) refuse(node, `cannot be read: ${error.message}`);
    throw error;
  }
}
