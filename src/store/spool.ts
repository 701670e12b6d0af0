import { rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
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
  let file: FileHandle | undefined;
  try {
    // Opened before anything is read: a file that a stream opens could still appear after `remove`.
    file = await open(path, 'wx', 0o600);
    await pipeline(checked, file.createWriteStream(), { signal });
  } catch (error) {
    content.destroy();
    remove();
    throw signal.aborted || error === source.fault ? error : diskError(error, 'write to the store');
  } finally {
    await file?.close();
  }
  return { path, remove };
}
