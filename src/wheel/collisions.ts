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
  readonly files: readonly WheelFile[];
}

/**
 * Throws WHEEL_COLLISION if two lists have one path with different bytes or modes, or if a file of one is a directory of another.
 * Equal files are no collision.
 */
export function checkCollisions(lists: readonly OwnedFiles[]): void {
  const seen = new Map<string, { owner: string; file: WheelFile }>();
  const parents = new Map<string, string>();
  for (const { owner, files } of lists) {
    for (const file of files) {
      const other = seen.get(file.path);
      if (other !== undefined && !sameFile(other.file, file)) throw collision(file.path, other.owner, owner);
      seen.set(file.path, { owner, file });
      addParents(parents, file.path, owner);
    }
  }
  for (const [path, { owner }] of seen) {
    const below = parents.get(path);
    if (below !== undefined) throw collision(path, owner, below);
  }
}

/** The files among entries of a files recipe in the form that wheels are compared in. */
export function wheelFilesOf(entries: readonly FileEntry[]): WheelFile[] {
  return entries.flatMap((entry) => {
    if (entry.type !== 'file') return [];
    return [{ path: entry.path, mode: entry.mode, hash: `sha256=${Buffer.from(hexOf(entry.sha256), 'hex').toString('base64url')}` }];
  });
}

/** WHEEL_COLLISION between two owners at a path relative to the image's root. */
export function collision(path: string, first: string, second: string): ToolError {
  return new ToolError('WHEEL_COLLISION', `${first} and ${second} install different files at /${path}`, {
    hint: 'remove one of the two from the dependencies, then run uv lock',
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
