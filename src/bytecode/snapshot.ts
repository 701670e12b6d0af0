import { rm } from 'node:fs/promises';
import { release, releaseWhole } from '../release.ts';
import { lockPrivate, readSealed, used, writeSealed } from '../store/index.ts';

/** How something starts whose memory can be stored. */
export interface Storable<T> {
  /** Starts from a stored memory, which is gone afterwards, or in a way that allows to store it, or neither. */
  readonly start: (from: Uint8Array | 'storable' | 'fresh') => Promise<T>;
  /** A copy, in a buffer of its own. */
  readonly memoryOf: (started: T) => Uint8Array;
}

/** Where a memory is stored: a file in a private folder of the store at `directory`. */
export interface SnapshotPlace {
  readonly path: string;
  readonly directory: string;
  /** Milliseconds after which nobody waits any longer for another's start. */
  readonly patience: number;
}

/**
 * Starts from the memory at `path`; if there is none, or it is damaged or does not start, anew, and stores the memory. Of several that find
 * none at once, one makes it and the others wait for it. A store that can not be written to costs time only. Errors: those of `start`.
 */
export async function startStored<T>(place: SnapshotPlace, storable: Storable<T>): Promise<T> {
  const known = await startFrom(place.path, storable);
  if (known !== undefined) return known.started;
  const isDone = async () => used(place.path) !== undefined;
  const unlock = await lockPrivate(`${place.path}.lock`, { ...place, isDone }).catch(() => undefined);
  try {
    // Another may have finished between the look and the lock, or while this one waited.
    const made = await startFrom(place.path, storable);
    if (made !== undefined) return made.started;
    if (unlock === undefined) return await storable.start('fresh');
    const started = await storable.start('storable');
    const memory = storable.memoryOf(started);
    await writeSealed(place.directory, place.path, memory).catch(() => undefined);
    releaseWhole(memory);
    return started;
  } finally {
    await unlock?.().catch(() => undefined);
  }
}

/** Undefined if there is no stored memory; one that does not start is removed. */
async function startFrom<T>(path: string, { start }: Storable<T>): Promise<{ readonly started: T } | undefined> {
  const memory = readSealed(path);
  if (memory === undefined) return undefined;
  try {
    return { started: await start(memory) };
  } catch {
    await rm(path, { force: true });
    return undefined;
  } finally {
    // It was copied.
    release(memory);
  }
}
