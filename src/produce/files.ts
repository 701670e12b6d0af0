import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { type Digest, digestOf, hexOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { FilesRecipe } from '../plan/recipe.ts';
import type { LayerEntry } from '../tar/index.ts';
import { type Job, materialPath } from './job.ts';

const chunkSize = 1024 * 1024;

/**
 * The entries of a files recipe, made while they are iterated, with their bytes, which are hashed while they are read. Errors while reading:
 * SOURCE_CHANGED, STORE_DAMAGED.
 */
export function fileEntries(recipe: FilesRecipe, job: Job): Iterable<LayerEntry> {
  return { [Symbol.iterator]: () => entriesOf(recipe, job) };
}

function* entriesOf(recipe: FilesRecipe, job: Job): Generator<LayerEntry> {
  for (const entry of recipe.entries) {
    if (entry.type !== 'file') yield entry;
    else yield { ...entry, content: () => contentOf(entry, job) };
  }
}

interface Wanted {
  readonly path: string;
  readonly sha256: Digest;
  readonly size: number;
}

function contentOf(entry: Wanted, job: Job): Iterable<Uint8Array> {
  const source = job.sources[entry.sha256];
  if (source === undefined) throw new ToolError('INTERNAL', `the plan does not say where the bytes of ${entry.path} are`);
  if (source.kind === 'text') return checkedText(source.text, entry);
  const from = source.kind === 'path' ? source : { path: materialPath(job, entry.sha256), label: entry.path };
  return readChecked(from, entry);
}

function checkedText(text: string, entry: Wanted): Iterable<Uint8Array> {
  const bytes = Buffer.from(text);
  if (digestOf(bytes) !== entry.sha256 || bytes.length !== entry.size) {
    throw new ToolError('INTERNAL', `the plan's text of ${entry.path} does not match its digest`);
  }
  return [bytes];
}

/** Where files are read into, one after the other: a new buffer for each piece is garbage that piles up faster than it is collected. */
let piece: Buffer | undefined;

/**
 * Yields a file of the host in pieces, each valid until the next is asked for; ends in an error unless exactly the planned bytes were
 * there. One file at a time.
 */
function* readChecked(source: { readonly path: string; readonly label: string }, entry: Wanted): Generator<Uint8Array> {
  const file = opened(source);
  const hash = createHash('sha256');
  piece ??= Buffer.allocUnsafeSlow(chunkSize);
  let size = 0;
  try {
    for (;;) {
      const chunk = piece.subarray(0, entry.size - size + 1);
      const read = readSync(file, chunk);
      if (read === 0) break;
      size += read;
      if (size > entry.size) throw changed(source.label);
      hash.update(chunk.subarray(0, read));
      yield chunk.subarray(0, read);
    }
  } finally {
    closeSync(file);
  }
  if (size !== entry.size || hash.digest('hex') !== hexOf(entry.sha256)) throw changed(source.label);
}

function opened(source: { readonly path: string; readonly label: string }): number {
  try {
    return openSync(source.path, 'r');
  } catch (error) {
    throw changed(source.label, error);
  }
}

/** The error of a host file that is not what the plan saw. */
export function changed(label: string, cause?: unknown): ToolError {
  const hint = 'run the command again when nothing writes to the project';
  return new ToolError('SOURCE_CHANGED', `${label} changed while the image was being made`, { hint, cause });
}
