import type { ImageConfig } from './config/types.ts';
import type { Context } from './context.ts';
import type { IndexOptions } from './indexes/index.ts';
import { findLock, type Lock, type LockFiles, lockOfPins, type ReadLock, readLockFiles, requireFreshLock } from './lock/index.ts';
import { packageSupply } from './package-supply.ts';
import type { Project } from './project/index.ts';
import { type LockMode, resolvePins, type WherryLock } from './resolve/index.ts';
import { stage } from './stage.ts';

/** An image with the project as it sees it, and the lock as its file says it. */
export interface LockedImage {
  readonly image: ImageConfig;
  readonly own: Project;
  readonly read: ReadLock;
  /** Absolute paths of trees whose dependencies only their build backend knows, and that uv.lock was not compared with yet. */
  readonly open: readonly string[];
}

export interface LocksOptions {
  readonly ctx: Context;
  /** Staleness is not checked. */
  readonly frozen: boolean;
}

/** Reads the lock of every image, each file once, and checks that uv.lock is fresh. No request is sent. Errors: those of `lock`. */
export async function readLocks(
  images: readonly { readonly image: ImageConfig; readonly own: Project }[],
  { ctx, frozen }: LocksOptions,
): Promise<readonly LockedImage[]> {
  const known = new Map<string, ReadLock>();
  const read = async (files: LockFiles, { image, own }: (typeof images)[number]): Promise<Pick<LockedImage, 'read' | 'open'>> => {
    const lock = await stage(ctx, 'lock', () => readLockFiles(files, { project: own, setting: image.lock, env: ctx.env }));
    if (!('kind' in lock)) return { read: lock, open: await requireFreshLock(own, lock, { frozen, env: ctx.env }) };
    for (const message of lock.notes) ctx.emit({ type: 'note', message });
    return { read: lock, open: [] };
  };
  const locked: LockedImage[] = [];
  for (const one of images) {
    const files = await findLock(one.own, one.image.lock);
    // Names in requirements files start at the directory of the member.
    const key = files.kind === 'requirements' ? JSON.stringify([one.own.directory, ...files.files]) : files.file;
    const lock = known.get(key);
    // What is open is compared once, with the first image.
    const found = lock === undefined ? await read(files, one) : { read: lock, open: [] };
    known.set(key, found.read);
    locked.push({ ...one, ...found });
  }
  return locked;
}

/** The lock with all its files: those of requirements from wherry.lock, else from the index. Errors: those of `resolvePins`. */
export async function completeLock(
  { read, own }: Pick<LockedImage, 'read' | 'own'>,
  { pins, mode, ctx }: { readonly pins: WherryLock; readonly mode: LockMode; readonly ctx: Context },
): Promise<{ readonly lock: Lock; readonly pins: WherryLock }> {
  if (!('kind' in read)) return { lock: read, pins };
  if (!('indexes' in read)) return { lock: lockOfPins(read, own), pins };
  const { client } = packageSupply(own, { ctx, indexes: read.indexes });
  const pinned = () => resolvePins({ list: read, lock: pins, mode, client, ctx });
  const { list, lock } = await stage(ctx, 'resolve', pinned, () => `files of ${read.label}`);
  return { lock: lockOfPins(list, own), pins: lock };
}

/** The indexes that requirements files name themselves. */
export function ownIndexes(read: ReadLock): IndexOptions | undefined {
  return 'indexes' in read ? read.indexes : undefined;
}
