import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { BuildFile } from '../backend/index.ts';
import { ToolError } from '../errors/index.ts';
import { pathProblem, readTarBytes } from '../tar/index.ts';
import { openZip } from '../zip/index.ts';

/** The files of a source archive. */
export interface UnpackedSource {
  readonly files: readonly BuildFile[];
  /** Name of the one directory that all of them lie in; it is not part of their paths. */
  readonly rootName: string | undefined;
}

/** Bytes of all files of one archive: they are held in memory. */
const maxTotal = 512 * 1024 * 1024;
const maxFiles = 100_000;

/**
 * Unpacks a source distribution into memory: `.tar.gz` or `.zip`, whatever its name says. Links that leave the tree, devices, and paths that are
 * absolute or climb are refused. Errors: ARCHIVE_UNSAFE, TAR_DAMAGED.
 */
export async function unpackArchive(path: string, label: string): Promise<UnpackedSource> {
  const bytes = await readFile(path);
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  return withoutRoot(isZip ? zipFiles(path, label) : tarFiles(inflated(bytes, label), { label, isOwn: false }));
}

/** The files of a repository, from the archive that `git` made of them. Links stay as they are: nothing outside of the tree is there for a build. */
export async function unpackCommit(path: string, label: string): Promise<UnpackedSource> {
  return { files: tarFiles(await readFile(path), { label, isOwn: true }), rootName: undefined };
}

function inflated(bytes: Uint8Array, label: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxTotal });
  } catch (cause) {
    const isLarge = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw unsafe(label, isLarge ? `it unpacks to more than ${maxTotal} bytes` : 'it is neither a gzip nor a zip file', cause);
  }
}

function tarFiles(bytes: Uint8Array, { label, isOwn }: { readonly label: string; readonly isOwn: boolean }): BuildFile[] {
  const files = new Map<string, BuildFile>();
  for (const { path, type, mode, linkname, data } of readTarBytes(bytes)) {
    if (type === 'directory') continue;
    const place = checkedPath(path, label);
    if (type === 'file') files.set(place, fileOf(place, data, (mode & 0o111) !== 0));
    else if (type === 'symlink')
      files.set(place, { type: 'symlink', path: place, target: isOwn ? linkname : checkedLink(place, linkname, label) });
    else if (type === 'hardlink') files.set(place, linked(files.get(checkedPath(linkname, label)), place, label));
    else throw unsafe(label, `${path} is neither a file nor a link`);
    if (files.size > maxFiles) throw unsafe(label, `it has more than ${maxFiles} files`);
  }
  return [...files.values()];
}

function fileOf(path: string, bytes: Uint8Array, executable: boolean): BuildFile {
  return { type: 'file', path, executable, content: () => bytes };
}

function linked(target: BuildFile | undefined, path: string, label: string): BuildFile {
  if (target?.type !== 'file') throw unsafe(label, `${path} is a link to a file that is not before it`);
  return { ...target, path };
}

function zipFiles(path: string, label: string): BuildFile[] {
  const zip = openZip(path, { label, limits: { totalSize: maxTotal, entries: maxFiles } });
  return zip.entries.flatMap((entry) => {
    if (entry.type === 'directory') return [];
    const place = checkedPath(entry.path, label);
    return [fileOf(place, zip.readAll(entry, maxTotal), entry.executable)];
  });
}

function checkedPath(path: string, label: string): string {
  const problem = pathProblem(path) ?? (path.includes('\\') ? 'it holds a backslash' : undefined);
  if (problem !== undefined) throw unsafe(label, `the path ${JSON.stringify(path)} cannot be used, ${problem}`);
  return path;
}

/** A link must stay below the archive's own top directory. */
function checkedLink(path: string, target: string, label: string): string {
  const [top = ''] = path.split('/', 1);
  const reached = posix.join(posix.dirname(path), target);
  if (target.startsWith('/') || (reached !== top && !reached.startsWith(`${top}/`))) {
    throw unsafe(label, `${path} is a link that leaves the archive: ${JSON.stringify(target)}`);
  }
  return target;
}

/** Source distributions have one top directory; files of others stay where they are. */
function withoutRoot(files: readonly BuildFile[]): UnpackedSource {
  const tops = new Set(files.map(({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')));
  const [top] = tops;
  if (tops.size !== 1 || top === undefined || top === '') return { files, rootName: undefined };
  return { files: files.map((file) => ({ ...file, path: file.path.slice(top.length + 1) })), rootName: top };
}

function unsafe(label: string, reason: string, cause?: unknown): ToolError {
  return new ToolError('ARCHIVE_UNSAFE', `the source archive of ${label} is refused: ${reason}`, {
    hint: 'report it to the maintainers of the package, or build a wheel of it elsewhere',
    cause,
  });
}
