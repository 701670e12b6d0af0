import { type EngineKind, openEngine } from '../daemons/index.ts';
import { ToolError } from '../errors/index.ts';
import type { Emit } from '../events.ts';
import { type Store, spool } from '../store/index.ts';
import { openArchive } from './archive.ts';
import type { ImagePlace } from './place.ts';

export interface DaemonPlaceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: Pick<Store, 'directory'>;
  readonly signal: AbortSignal;
  readonly emit?: Emit;
}

/** An image of a daemon, as it was when it was asked for. */
export interface DaemonPlace extends ImagePlace {
  /** Removes the archive, which takes as much of the disk as the image; nothing can be read afterwards. */
  remove(): void;
}

/**
 * An image of Docker or Podman by a reference that it knows. The engine writes it into one archive, which is kept in the store until `remove`.
 * Of an index that it does not have whole, it gives the one platform that it has.
 * Classic stores give uncompressed layers, so that digests are not those of a registry. Throws IMAGE_NOT_FOUND, IMAGE_INVALID, DAEMON_UNREACHABLE,
 * DAEMON_REFUSED and STORE_*.
 */
export async function openDaemon(
  kind: EngineKind,
  reference: string,
  { env, store, signal, emit }: DaemonPlaceOptions,
): Promise<DaemonPlace> {
  const engine = await openEngine(kind, { env, signal });
  const saved = await engine.save(reference);
  if (saved === undefined) throw notThere(kind, reference);
  if (saved.only !== undefined)
    emit?.({ type: 'note', message: `${kind} has only ${saved.only} of ${reference}, and that is what is read` });
  const { path, remove } = await spool(store.directory, saved.archive, signal);
  try {
    return { ...(await openArchive(path)), name: `${kind}:${reference}`, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function notThere(kind: EngineKind, reference: string): ToolError {
  return new ToolError('IMAGE_NOT_FOUND', `${kind} has no image ${reference}`, { hint: `see ${kind} image ls` });
}
