import type { Dirent } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { guardedDirectory, guardedName } from './guards.ts';
import { hashFile } from './hash-file.ts';
import { dockerRules, GitRules, type IgnoreRules } from './ignore-rules.ts';
import { checkLink } from './links.ts';
import { readTextIfThere } from './toml.ts';
import type { SourceFile, SourceTree } from './types.ts';
import { type Wanted, wantedPaths } from './wanted.ts';

export interface SourceTreeOptions {
  /** Paths or globs below the directory that are wanted although ignore rules leave them out (`files = [...]`). */
  readonly wanted?: readonly string[];
  /** Paths below the directory that stay out, with the reason: other workspace members, image outputs. */
  readonly exclude?: readonly { readonly path: string; readonly reason: string }[];
  /** Absolute directory at or above the tree whose .gitignore files count too: the workspace root. Default: the tree itself. */
  readonly ignoreRoot?: string;
  /** `none`: .gitignore and .dockerignore are not read, as a build backend sees the tree. Default `tree`. */
  readonly rules?: 'tree' | 'none';
}

/**
 * Reads a directory as it may enter an image: ignore rules, guards against secrets and caches, hashes (DESIGN §2, §7). The result depends on
 * names and contents alone, never on git, modes, times or host settings.
 * Throws SOURCE_LINK_ESCAPES, SOURCE_NAME_INVALID, SECRET_REFUSED, PROJECT_BROKEN.
 */
export async function readSourceTree(directory: string, options: SourceTreeOptions = {}): Promise<SourceTree> {
  const walk = await startWalk(directory, options);
  await walkDirectory(walk, { path: '', git: await outerRules(walk, options), ignoredBy: undefined });
  const files = (await inGroups(walk.pending, 16, (entry) => readEntry(walk, entry))).filter((file) => file !== undefined);
  const leftOut = [...walk.leftOut].map(([path, reason]) => ({ path, reason }));
  return { directory, files: files.sort(byPath), leftOut: leftOut.sort(byPath) };
}

interface Walk {
  readonly base: string;
  readonly options: SourceTreeOptions;
  readonly wanted: Wanted;
  readonly docker: IgnoreRules | undefined;
  /** Path of the tree below `ignoreRoot`, with a trailing slash, or `''`. */
  readonly prefix: string;
  readonly pending: { readonly path: string; readonly link: boolean }[];
  readonly leftOut: Map<string, string>;
}

interface Folder {
  readonly path: string;
  readonly git: GitRules;
  /** Set inside an ignored directory that is searched only for wanted files. */
  readonly ignoredBy: string | undefined;
}

async function startWalk(base: string, options: SourceTreeOptions): Promise<Walk> {
  const docker = options.rules === 'none' ? undefined : await readTextIfThere(join(base, '.dockerignore'));
  const outer = relative(options.ignoreRoot ?? base, base)
    .split(sep)
    .join('/');
  return {
    base,
    options,
    wanted: wantedPaths(options.wanted ?? []),
    docker: docker === undefined ? undefined : dockerRules(docker),
    prefix: outer === '' || outer.startsWith('..') ? '' : `${outer}/`,
    pending: [],
    leftOut: new Map(),
  };
}

/** Rules of the directories above the tree; none if they ignore the tree itself, since it was chosen by name. */
async function outerRules(walk: Walk, options: SourceTreeOptions): Promise<GitRules> {
  let rules = new GitRules();
  if (options.rules === 'none' || options.ignoreRoot === undefined || walk.prefix === '') return rules;
  const steps = walk.prefix.slice(0, -1).split('/');
  for (let depth = 0; depth < steps.length; depth++) {
    const path = steps.slice(0, depth).join('/');
    rules = rules.inner(path, (await readTextIfThere(join(options.ignoreRoot, path, '.gitignore'))) ?? '');
  }
  return rules.ignores(walk.prefix.slice(0, -1), true) === undefined ? rules : new GitRules();
}

async function walkDirectory(walk: Walk, folder: Folder): Promise<void> {
  const entries = await readdir(join(walk.base, folder.path), { withFileTypes: true, encoding: 'buffer' });
  const named = entries.map((entry) => ({ entry, name: decodeName(entry.name, join(walk.base, folder.path)) }));
  const guard = folder.path === '' ? undefined : guardedDirectory(new Set(named.map(({ name }) => name)));
  if (guard !== undefined) return leaveOut(walk, folder.path, guard);
  const own = walk.options.rules !== 'none' && named.some(({ name }) => name === '.gitignore');
  const text = own ? await readTextIfThere(join(walk.base, folder.path, '.gitignore')) : undefined;
  const git = folder.git.inner(`${walk.prefix}${folder.path}`.replace(/\/$/, ''), text ?? '');
  for (const { entry, name } of named) {
    await visit(walk, { ...folder, git }, { path: folder.path === '' ? name : `${folder.path}/${name}`, name, entry });
  }
}

function decodeName(name: Buffer, directory: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch (cause) {
    const shown = name.toString('latin1').replaceAll(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
    throw new ToolError('SOURCE_NAME_INVALID', `a file name in ${directory} is not UTF-8: ${shown}`, { where: { file: directory }, cause });
  }
}

interface Found {
  readonly path: string;
  readonly name: string;
  readonly entry: Dirent<Buffer>;
}

async function visit(walk: Walk, folder: Folder, found: Found): Promise<void> {
  const { path, entry } = found;
  const excluded = walk.options.exclude?.find((each) => each.path === path);
  if (excluded !== undefined) return leaveOut(walk, path, excluded.reason);
  const guard = guardedName(found.name, entry.isDirectory());
  if (guard !== undefined) return refuseOrLeave(walk, path, guard);
  const ignoredBy = folder.ignoredBy ?? ignoredByRules(walk, folder, found);
  if (entry.isDirectory()) return visitDirectory(walk, { path, git: folder.git, ignoredBy });
  if (ignoredBy !== undefined && !walk.wanted.covers(path)) return leaveOutAtTop(walk, path, `named in ${ignoredBy}`);
  if (!entry.isFile() && !entry.isSymbolicLink()) return leaveOut(walk, path, 'a socket, pipe or device');
  walk.pending.push({ path, link: entry.isSymbolicLink() });
}

async function visitDirectory(walk: Walk, folder: Folder): Promise<void> {
  const { path, ignoredBy } = folder;
  if (ignoredBy === undefined) return walkDirectory(walk, folder);
  const before = walk.pending.length;
  const returns = ignoredBy === '.dockerignore' && walk.docker?.mayReturn(path) === true;
  if (returns) await walkDirectory(walk, { ...folder, ignoredBy: undefined });
  else if (walk.wanted.reaches(path)) await walkDirectory(walk, folder);
  if (walk.pending.length === before) leaveOutAtTop(walk, path, `named in ${ignoredBy}`);
}

function ignoredByRules(walk: Walk, folder: Folder, found: Found): string | undefined {
  const directory = found.entry.isDirectory();
  return folder.git.ignores(`${walk.prefix}${found.path}`, directory) ?? walk.docker?.ignores(found.path, directory);
}

/** Caches and version control are not worth a line: no project tracks them. */
function refuseOrLeave(walk: Walk, path: string, guard: { readonly reason: string; readonly secret: boolean }): void {
  if (!guard.secret) return;
  if (walk.wanted.names(path)) throw secretRefused(path, guard.reason);
  leaveOut(walk, path, guard.reason);
}

function secretRefused(path: string, reason: string): ToolError {
  return new ToolError(
    'SECRET_REFUSED',
    `files asks for ${path}, which ${reason}; it would be readable by everyone who can pull the image`,
    {
      hint: path.includes('.env')
        ? `give it when the container starts: wherry run --env-file ${path}`
        : 'mount it when the container starts: wherry run -v HOST_PATH:IMAGE_PATH',
    },
  );
}

function leaveOut(walk: Walk, path: string, reason: string): void {
  walk.leftOut.set(path, reason);
}

/** Ordinary omissions below the top level would only be noise. */
function leaveOutAtTop(walk: Walk, path: string, reason: string): void {
  if (!path.includes('/')) leaveOut(walk, path, reason);
}

async function readEntry(walk: Walk, entry: { readonly path: string; readonly link: boolean }): Promise<SourceFile | undefined> {
  const { path } = entry;
  if (entry.link) {
    const target = decodeName(await readlink(join(walk.base, path), { encoding: 'buffer' }), join(walk.base, path));
    await checkLink({ base: walk.base, path, target });
    return { type: 'symlink', path, target };
  }
  const { privateKey, ...content } = await hashFile(join(walk.base, path));
  if (!privateKey) return { type: 'file', path, ...content };
  if (walk.wanted.names(path)) throw secretRefused(path, 'holds a private key');
  leaveOut(walk, path, 'holds a private key');
  return undefined;
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}

/** Runs a task for each item, at most `width` at a time; results in the order of the items. */
async function inGroups<Item, Result>(items: readonly Item[], width: number, task: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await task(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, runner));
  return results;
}
