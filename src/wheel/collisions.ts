import { hexOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { FileEntry } from '../plan/recipe.ts';

/** A path that a wheel installs, with what is needed to compare it with another wheel's. */
export interface WheelFile {
  /** Relative to the image's root. */
  readonly path: string;
  /** As in RECORD: `sha256=` and unpadded URL-safe base64; undefined is equal to nothing. */
  readonly hash: string | undefined;
  readonly mode: number;
}

/** What one wheel or member installs; `owner` names it in messages. */
export interface OwnedFiles {
  readonly owner: string;
  readonly files: Iterable<WheelFile>;
}

/** A path at which two owners install files of different bytes or modes. */
export interface Collision {
  readonly path: string;
  readonly owners: readonly [string, string];
}

/** How many paths collide, and the first of them. */
export interface Collisions {
  readonly count: number;
  readonly first: Collision | undefined;
}

/**
 * The paths at which lists have different files; equal files are no collision. Throws WHEEL_COLLISION if a file of one list is a directory of
 * another: no order of installation can have both.
 */
export function findCollisions(lists: readonly OwnedFiles[]): Collisions {
  const seen = new Map<string, WheelFile>();
  const parents = new Map<string, string>();
  const found = new Map<string, string>();
  for (const { owner, files } of lists) {
    for (const file of files) {
      const other = seen.get(file.path);
      if (other === undefined) seen.set(file.path, file);
      else if (!found.has(file.path) && !sameFile(other, file)) found.set(file.path, owner);
      addParents(parents, file.path, owner);
    }
  }
  for (const path of seen.keys()) {
    const below = parents.get(path);
    if (below !== undefined) throw collision({ path, owners: [ownerOf(path, lists), below] });
  }
  for (const [path, owner] of found) return { count: found.size, first: { path, owners: [ownerOf(path, lists), owner] } };
  return { count: 0, first: undefined };
}

/** The first that has a file at the path. */
function ownerOf(path: string, lists: readonly OwnedFiles[]): string {
  for (const { owner, files } of lists) for (const file of files) if (file.path === path) return owner;
  return '';
}

/**
 * Files as text, a line for each: as objects, the files of a large wheel would take several times the room, once more in every thread that
 * they are sent to. Paths of wheels have no line breaks (`name-control-character`).
 */
export function wheelFilesText(files: Iterable<WheelFile>): string {
  const lines: string[] = [];
  for (const { path, hash, mode } of files) lines.push(`${mode} ${hash ?? ''} ${path}\n`);
  return lines.join('');
}

/** The files of a text, made while they are iterated. */
export function wheelFilesIn(text: string): Iterable<WheelFile> {
  return { [Symbol.iterator]: () => readLines(text) };
}

function* readLines(text: string): Generator<WheelFile> {
  for (let at = 0; at < text.length; ) {
    const hash = text.indexOf(' ', at) + 1;
    const path = text.indexOf(' ', hash) + 1;
    const end = text.indexOf('\n', path);
    yield { path: text.slice(path, end), hash: text.slice(hash, path - 1) || undefined, mode: Number(text.slice(at, hash - 1)) };
    at = end + 1;
  }
}

/** The files among entries of a files recipe in the form that wheels are compared in. */
export function wheelFilesOf(entries: readonly FileEntry[]): WheelFile[] {
  return entries.flatMap((entry) => {
    if (entry.type !== 'file') return [];
    return [{ path: entry.path, mode: entry.mode, hash: `sha256=${Buffer.from(hexOf(entry.sha256), 'hex').toString('base64url')}` }];
  });
}

/** WHEEL_COLLISION at a path relative to the image's root; `more` is what can be done beside removing a package. */
export function collision({ path, owners: [first, second] }: Collision, more = ''): ToolError {
  return new ToolError('WHEEL_COLLISION', `${first} and ${second} install different files at /${path}`, {
    hint: `remove one of the two from the dependencies, then run uv lock${more}`,
  });
}

function sameFile(a: WheelFile, b: WheelFile): boolean {
  return a.hash !== undefined && a.hash === b.hash && a.mode === b.mode;
}

function addParents(parents: Map<string, string>, path: string, owner: string): void {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const parent = path.slice(0, slash);
    if (parents.has(parent)) return;
    parents.set(parent, owner);
  }
}
