import type { ImageConfig } from '../config/types.ts';
import { ToolError } from '../errors/index.ts';
import { epoch } from '../tar/types.ts';
import { entryPath, ownParents } from './paths.ts';
import type { FileEntry } from './recipe.ts';

/** Writable directories of the configuration with their parents; owned by the run user unless an owner is named. */
export function planDirectories(image: ImageConfig): FileEntry[] {
  return image.directories.map((spec) => {
    const { uid, gid } = spec.owner === undefined ? image.user : ownerOf(spec.owner, image);
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

/** `root`, the run user's name, `uid` or `uid:gid`; other names cannot be known without the base's accounts. */
export function ownerOf(owner: string, image: ImageConfig): { uid: number; gid: number } {
  if (owner === 'root') return { uid: 0, gid: 0 };
  if (owner === image.user.name) return { uid: image.user.uid, gid: image.user.gid };
  const match = /^(\d+)(?::(\d+))?$/.exec(owner);
  if (match === null) {
    throw new ToolError('CONFIG_INVALID', `owner ${JSON.stringify(owner)} is neither root, ${image.user.name}, nor numeric`, {
      hint: 'write owner = "1001:1001"',
    });
  }
  return { uid: Number(match[1]), gid: Number(match[2] ?? match[1]) };
}
