import { createWriteStream, rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { diskError } from './disk.ts';
import { temporaryIn } from './sink.ts';

/** A temporary file of this process. If the process is killed, the next one that opens the store removes it. */
export interface Spool {
  readonly path: string;
  /** Also while the process ends, when nothing can be waited for. */
  remove(): void;
}

/**
 * Writes a stream to a file of the store at `directory` that lasts until `remove`. Errors: STORE_FULL, STORE_UNUSABLE, those of the stream; then
 * nothing is left.
 */
export async function spool(directory: string, content: Readable, signal: AbortSignal): Promise<Spool> {
  const path = temporaryIn(directory);
  const remove = () => rmSync(path, { force: true });
  const source: { fault?: unknown } = {};
  const checked = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* content;
    } catch (error) {
      source.fault = error;
      throw error;
    }
  };
  try {
    await pipeline(checked, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (error) {
    remove();
    throw signal.aborted || error === source.fault ? error : diskError(error, 'write to the store');
  }
  return { path, remove };
}
