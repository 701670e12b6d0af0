import type { ImageConfig } from './config/types.ts';
import type { Context } from './context.ts';
import { type Authorize, indexCredentials, type Locate, packageIndexes } from './download/index.ts';
import type { IndexClient, IndexOptions } from './indexes/index.ts';
import { type Lock, loadLock, lockOfPins, type PackageSource, type ReadLock, requireFreshLock } from './lock/index.ts';
import { isTable, type Project, type Pyproject, tableAt } from './project/index.ts';
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
  const read = async ({
    image,
    own,
  }: {
    readonly image: ImageConfig;
    readonly own: Project;
  }): Promise<Pick<LockedImage, 'read' | 'open'>> => {
    const lock = await stage(ctx, 'lock', () => loadLock({ project: own, setting: image.lock, env: ctx.env }));
    if (!('kind' in lock)) return { read: lock, open: await requireFreshLock(own, lock, { frozen }) };
    for (const message of lock.notes) ctx.emit({ type: 'note', message });
    return { read: lock, open: [] };
  };
  const locked: LockedImage[] = [];
  for (const one of images) {
    // uv.lock belongs to the workspace, the others to the directory of a member.
    const key = JSON.stringify([one.own.directory, one.image.lock]);
    const lock = known.get(key);
    // What is open is compared once, with the first image.
    const found = lock === undefined ? await read(one) : { read: lock, open: [] };
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

export interface SupplyQuestion {
  readonly ctx: Context;
  readonly indexes?: IndexOptions | undefined;
  /** Registries that uv.lock names: the last resort for what has no URL. */
  readonly locked?: readonly string[];
}

/** The registries of locked packages, each once. */
export function registriesOf(packages: readonly { readonly source: PackageSource }[]): readonly string[] {
  return [...new Set(packages.flatMap(({ source }) => (source.kind === 'registry' ? [source.registry] : [])))];
}

/** One text for one place, whatever login it is written with. */
function placeOfUrl(url: string): string {
  return URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname.replace(/\/+$/, '')}` : url;
}

/** URLs of git repositories and archives that the project names with a login, which uv.lock never holds. */
function sourceUrls({ data }: Pyproject): { readonly url: string }[] {
  const entries = Object.values(tableAt(data, ['tool', 'uv', 'sources']) ?? {}).flat();
  return entries.flatMap((entry) => {
    const { git, url } = isTable(entry) ? entry : {};
    return [git, url].flatMap((text) => (typeof text === 'string' && /^https?:\/\/[^/?#]*@/i.test(text) ? [{ url: text }] : []));
  });
}

/** The package indexes of a project, with those that its requirements name; credentials for them and for the project's sources. */
export function packageSupply(
  project: Pick<Project, 'root' | 'rootPyproject'> & Partial<Pick<Project, 'members'>>,
  { ctx, indexes: own, locked = [] }: SupplyQuestion,
): PackageSupply {
  const named =
    own === undefined ? [] : [...(own.index === undefined ? [] : [own.index]), ...own.extra, ...own.findLinks, ...(own.logins ?? [])];
  const { env } = ctx;
  const { data } = project.rootPyproject;
  const configured = packageIndexes(data, env);
  const sources = [project.rootPyproject, ...(project.members ?? []).map(({ pyproject }) => pyproject)].flatMap(sourceUrls);
  const keyring = (env.UV_KEYRING_PROVIDER ?? tableAt(data, ['tool', 'uv'])?.['keyring-provider']) === 'subprocess';
  const authorize = indexCredentials({ env, indexes: [...named, ...configured, ...sources], keyring });
  // One that the project names is no default: it is for the packages that name it.
  const known = new Set(configured.map(({ url }) => placeOfUrl(url)));
  const others = locked.filter((registry) => !known.has(placeOfUrl(registry)));
  let client: Promise<IndexClient> | undefined;
  const open = (): Promise<IndexClient> => {
    client ??= import('./indexes/index.ts').then(async ({ findIndexes, openIndexes }) => {
      const places = await findIndexes({ project, env, locked: others, ...(own && { own }) });
      return openIndexes({ places, ctx, authorize });
    });
    return client;
  };
  const locate: Locate = async (url, digest) => (await import('./indexes/index.ts')).locateOn(open)(url, digest);
  return { client: open, authorize, locate };
}
