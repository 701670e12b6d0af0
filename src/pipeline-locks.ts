import type { ImageConfig } from './config/types.ts';
import type { Context } from './context.ts';
import { type Authorize, indexCredentials, type Locate, packageIndexes } from './download/index.ts';
import type { IndexClient, IndexOptions } from './indexes/index.ts';
import { type Lock, loadLock, lockOfPins, type ReadLock, requireFreshLock } from './lock/index.ts';
import type { Project } from './project/index.ts';
import { type LockMode, resolvePins, type WherryLock } from './resolve/index.ts';
import { stage } from './stage.ts';

/** An image with the project as it sees it, and the lock as its file says it. */
export interface LockedImage {
  readonly image: ImageConfig;
  readonly own: Project;
  readonly read: ReadLock;
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
  const known = new Map<string, Promise<ReadLock>>();
  const read = async ({ image, own }: { readonly image: ImageConfig; readonly own: Project }): Promise<ReadLock> => {
    const lock = await stage(ctx, 'lock', () => loadLock({ project: own, setting: image.lock, env: ctx.env }));
    if (!('kind' in lock)) await requireFreshLock(own, lock, { frozen });
    else for (const message of lock.notes) ctx.emit({ type: 'note', message });
    return lock;
  };
  const locked: LockedImage[] = [];
  for (const one of images) {
    // uv.lock belongs to the workspace, the others to the directory of a member.
    const key = JSON.stringify([one.own.directory, one.image.lock]);
    const lock = known.get(key) ?? read(one);
    known.set(key, lock);
    locked.push({ ...one, read: await lock });
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
  const { list, lock } = await stage(ctx, 'resolve', () => resolvePins({ list: read, lock: pins, mode, client, ctx }));
  return { lock: lockOfPins(list, own), pins: lock };
}

/** The indexes that requirements files name themselves. */
export function ownIndexes(read: ReadLock): IndexOptions | undefined {
  return 'indexes' in read ? read.indexes : undefined;
}

/** Where packages come from: their indexes, opened when first needed, and the credentials for them. */
export interface PackageSupply {
  readonly client: () => Promise<IndexClient>;
  readonly authorize: Authorize;
  readonly locate: Locate;
}

/** The package indexes of a project, with those that its requirements name. */
export function packageSupply(
  project: Pick<Project, 'root' | 'rootPyproject'>,
  { ctx, indexes: own }: { readonly ctx: Context; readonly indexes?: IndexOptions | undefined },
): PackageSupply {
  const named =
    own === undefined ? [] : [...(own.index === undefined ? [] : [own.index]), ...own.extra, ...own.findLinks, ...(own.logins ?? [])];
  const authorize = indexCredentials({ env: ctx.env, indexes: [...named, ...packageIndexes(project.rootPyproject.data, ctx.env)] });
  let client: Promise<IndexClient> | undefined;
  const open = (): Promise<IndexClient> => {
    client ??= import('./indexes/index.ts').then(async ({ findIndexes, openIndexes }) => {
      const places = await findIndexes({ project, env: ctx.env, ...(own && { own }) });
      return openIndexes({ places, ctx, authorize });
    });
    return client;
  };
  const locate: Locate = async (url, digest) => (await import('./indexes/index.ts')).locateOn(open)(url, digest);
  return { client: open, authorize, locate };
}
