import { type Digest, digestOf } from '../digest.ts';
import { firstPartyTime } from '../first-party.ts';
import { ownParents } from '../image-paths.ts';
import type { FileEntry } from '../plan/recipe.ts';
import { compareTarPaths, epoch } from '../tar/index.ts';

/** A file in the environment: from the tree, or a text made here. */
export interface OutputFile {
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly sha256: Digest;
  readonly size: number;
  readonly text?: string;
}

/** A file whose text is made here. */
export function output(path: string, text: string, mode: 0o644 | 0o755 = 0o644): OutputFile {
  return { path, mode, sha256: digestOf(text), size: Buffer.byteLength(text), text };
}

/** Entries of a files recipe, with every directory from the environment's root on; `root` is relative to the image's root. */
export function toEntries(root: string, files: readonly OutputFile[]): FileEntry[] {
  const own = { uid: 0, gid: 0 } as const;
  const directories = new Set([...ownParents(root), ...files.flatMap(({ path }) => parentsBelow(path, root))]);
  const entries: FileEntry[] = [
    ...[...directories].map((path): FileEntry => ({ type: 'directory', path, mode: 0o755, mtime: epoch, ...own })),
    ...files.map(
      ({ path, mode, sha256, size }): FileEntry => ({ type: 'file', path, mode, sha256, size, mtime: firstPartyTime(sha256), ...own }),
    ),
  ];
  return entries.sort((a, b) => compareTarPaths(a.path, b.path));
}

function parentsBelow(path: string, root: string): string[] {
  const segments = path.split('/');
  const depth = root.split('/').length;
  return segments.slice(depth).map((_, index) => segments.slice(0, depth + index).join('/'));
}

/** The texts among the files, by digest. */
export function textsOf(files: readonly OutputFile[]): Record<Digest, string> {
  return Object.fromEntries(files.flatMap((file) => (file.text === undefined ? [] : [[file.sha256, file.text]]))) as Record<Digest, string>;
}
