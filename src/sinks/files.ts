import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ToolError } from '../errors/index.ts';

export interface WriteFileInput {
  /** Final path; its directory is made. */
  readonly file: string;
  /** Where the unfinished file lies; on the same file system. Default: beside the file. */
  readonly scratch?: string;
  readonly signal: AbortSignal;
}

/**
 * Writes a file completely or not at all: temp, fsync, rename. An existing file is replaced. Throws SINK_WRITE for faults of the file system;
 * errors of `content` pass through.
 */
export async function writeWhole(content: Readable, { file, scratch, signal }: WriteFileInput): Promise<void> {
  const directory = scratch ?? dirname(file);
  const temporary = join(directory, `.wherry-${randomBytes(8).toString('hex')}.tmp`);
  try {
    await mkdir(directory, { recursive: true });
    await mkdir(dirname(file), { recursive: true });
    await pipeline(content, createWriteStream(temporary, { flags: 'wx', flush: true }), { signal });
    await rename(temporary, file);
    await syncDirectory(dirname(file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw asWriteError(error, file);
  }
}

/** Throws SINK_WRITE if a directory, or what is there of its path so far, is no place to write to. */
export async function checkWritable(directory: string): Promise<void> {
  try {
    // With the slash a file in the way fails too.
    await access(`${directory}/`, constants.W_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing || dirname(directory) === directory) throw asWriteError(error, directory);
    await checkWritable(dirname(directory));
  }
}

/** Makes a rename survive a power cut; Windows cannot sync directories. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** SINK_WRITE for an error of the file system; anything else unchanged. */
export function asWriteError(error: unknown, file: string): unknown {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof ToolError || syscall === undefined) return error;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new ToolError('SINK_WRITE', `cannot write ${file}: ${full ? 'the disk is full' : code}`, {
    hint: full ? 'free space, or choose another disk' : 'check that the path is a place you may write to',
    cause: error,
  });
}
