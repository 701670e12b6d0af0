import type { Context } from '../context.ts';
import { ToolError } from '../errors/index.ts';
import type { IndexClient } from '../indexes/index.ts';
// Not the folder's index, which would load what asks indexes: a complete lock asks none.
import { indexUrl } from '../indexes/locate.ts';
import type { LockedFile, PinnedLock, RequirementPin, RequirementsLock } from '../lock/index.ts';
import { parallel } from '../parallel.ts';
import { incomplete } from './resolve.ts';
import { findRequirement, type LockedRequirement, type LockMode, type WherryLock, withRequirements } from './wherry-lock.ts';

export interface PinsOptions {
  readonly list: RequirementsLock;
  readonly lock: WherryLock;
  readonly mode: LockMode;
  readonly client: () => Promise<IndexClient>;
  readonly ctx: Pick<Context, 'signal'>;
}

const width = 8;

/**
 * Gives every pin its files: of a pin by name and version those that wherry.lock has, else those of the index, once. Without a missing entry no
 * request is sent. Errors: WHERRY_LOCK_INCOMPLETE in locked mode, REQUIREMENTS_HASH, REQUIREMENTS_NOT_FOUND, REQUIREMENTS_UNHASHED, those of indexes.
 */
export async function resolvePins(options: PinsOptions): Promise<{ readonly list: PinnedLock; readonly lock: WherryLock }> {
  const { list } = options;
  const open = list.pins.filter(isOpen);
  const lock = await completed(open, options);
  const pins = list.pins.map((pin) => (isOpen(pin) ? withFiles(pin, { lock, list }) : pin));
  return { list: { ...list, pins }, lock };
}

/** Whether only an index knows the files. */
function isOpen({ source, wheels, sdist }: RequirementPin): boolean {
  return source.kind === 'registry' && wheels.length === 0 && sdist === undefined;
}

async function completed(open: readonly RequirementPin[], { list, lock, mode, client, ctx }: PinsOptions): Promise<WherryLock> {
  const missing = open.filter((pin) => findRequirement(lock, keyOf(pin)) === undefined);
  if (missing.length === 0) return lock;
  if (mode === 'locked')
    throw incomplete(`the files of ${missing.length === 1 ? 'one package' : `${missing.length} packages`} of ${list.label}`);
  const [{ lookUpPin }, indexes] = [await import('./pin-files.ts'), await client()];
  const distinct = [...new Map(missing.map((pin) => [`${pin.name} ${pin.version}`, pin])).values()];
  const found: LockedRequirement[] = [];
  await parallel(distinct, width, async (pin) => {
    ctx.signal.throwIfAborted();
    found.push(await lookUpPin(pin, indexes));
  });
  return withRequirements(lock, found);
}

function keyOf({ name, version = '' }: RequirementPin): { readonly name: string; readonly version: string } {
  return { name, version };
}

function withFiles(pin: RequirementPin, { lock, list }: { readonly lock: WherryLock; readonly list: RequirementsLock }): RequirementPin {
  const entry = findRequirement(lock, keyOf(pin));
  if (entry === undefined) throw new ToolError('INTERNAL', `the files of ${pin.name} were not looked up`);
  const listed = entry.files.filter(({ sha256 }) => pin.hashes.length === 0 || pin.hashes.includes(sha256));
  if (listed.length === 0) throw wrongHashes(pin, entry, list);
  const files = listed.map(({ filename, sha256, size }): LockedFile => {
    return { filename, url: indexUrl(pin.name, filename), hash: sha256, ...(size === undefined ? {} : { size }) };
  });
  const wheels = files.filter(({ filename }) => filename.endsWith('.whl'));
  return {
    ...pin,
    version: entry.resolved ?? pin.version,
    requiresPython: entry.requiresPython,
    requires: pin.hashes.length === 0 ? entry.requires : undefined,
    wheels: pin.wheelsAllowed ? wheels : [],
    sdist: pin.sourcesAllowed ? files.find(({ filename }) => !filename.endsWith('.whl')) : undefined,
  };
}

function wrongHashes({ name, version, hashes, where }: RequirementPin, { files }: LockedRequirement, list: RequirementsLock): ToolError {
  return new ToolError('REQUIREMENTS_HASH', `no file of ${name} ${version} has a hash that the requirements give`, {
    where,
    details: [`the requirements give ${hashes.length}, the index has ${files.length} files for Linux or any platform`],
    hint: `write the hashes anew: ${list.regenerate}`,
  });
}
