import type { ImageConfig } from '../config/types.ts';
import { entryPath, ownParents } from '../image-paths.ts';
import { epoch } from '../tar/types.ts';
import { ownerIds } from './owner.ts';
import type { FileEntry } from './recipe.ts';

/** Writable directories of the configuration with their parents; owned by the run user unless an owner is named. */
export function planDirectories(image: ImageConfig): FileEntry[] {
  return image.directories.map((spec) => {
    const { uid, gid } = spec.owner === undefined ? image.user : ownerIds(spec.owner, image.user);
    return { type: 'directory', path: entryPath(spec.path), mode: spec.mode, uid, gid, mtime: epoch };
  });
}

/** Parents of directories and links that are ours: root's, 0755. */
export function planParents(entries: readonly FileEntry[]): FileEntry[] {
  const taken = new Set(entries.map((entry) => entry.path));
  const parents = new Set(entries.flatMap((entry) => ownParents(entry.path)).filter((path) => !taken.has(path)));
  return [...parents].map((path) => ({ type: 'directory', path, mode: 0o755, uid: 0, gid: 0, mtime: epoch }));
}

/** Symbolic links of the configuration: path in the image → target as written. */
export function planLinks(image: ImageConfig): FileEntry[] {
  return Object.entries(image.links).map(([path, target]) => ({
    type: 'symlink',
    path: entryPath(path),
    target,
    mode: 0o777,
    uid: 0,
    gid: 0,
    mtime: epoch,
  }));
}
