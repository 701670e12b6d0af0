import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ToolError } from '../errors/index.ts';
import { type Descriptor, type Image, type ImageIndex, parseIndex } from '../image/index.ts';
import { layoutPath } from '../layout-path.ts';
import { exactly } from '../sources/index.ts';
import { blobsOf, type ImageBlob, indexEntries, indexText, layoutMarker, nameAnnotation, tagAnnotation } from './contents.ts';
import { writeWhole } from './files.ts';
import { withLock } from './lock.ts';
import { namesOf } from './names.ts';
import type { PutOptions, PutResult, Sink } from './types.ts';

/**
 * An OCI image layout (image-spec, image-layout.md). Blobs that are there already are kept; `index.json` changes last, by a rename; other
 * images of the layout stay, one of the same name is replaced. Throws SINK_WRITE and IMAGE_INVALID.
 */
export function layoutSink(directory: string): Sink {
  return {
    name: `oci:${directory}`,
    has: (descriptor) => hasBlob(directory, descriptor),
    put: (image, options) => putLayout(directory, image, options),
  };
}

async function putLayout(directory: string, image: Image | ImageIndex, { references, signal }: PutOptions): Promise<PutResult> {
  await readIndex(directory);
  let bytesWritten = 0;
  for (const blob of blobsOf(image)) bytesWritten += await putBlob(directory, blob, signal);
  await writeText(layoutMarker, { directory, path: 'oci-layout', signal });
  const entries = indexEntries(image, namesOf(image, references));
  await withLock(join(directory, '.wherry-lock'), signal, () => replaceEntries(directory, entries, signal));
  return { location: `oci:${directory}`, bytesWritten };
}

async function putBlob(directory: string, { descriptor, open }: ImageBlob, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  if (await hasBlob(directory, descriptor)) return 0;
  const checked = Readable.from(exactly(await open(), descriptor));
  await writeWhole(checked, { file: join(directory, layoutPath(descriptor.digest)), scratch: directory, signal });
  return descriptor.size;
}

async function hasBlob(directory: string, { digest, size }: Pick<Descriptor, 'digest' | 'size'>): Promise<boolean> {
  const found = await stat(join(directory, layoutPath(digest))).catch(() => undefined);
  return found?.isFile() === true && found.size === size;
}

async function writeText(
  text: string,
  { directory, path, signal }: { directory: string; path: string; signal: AbortSignal },
): Promise<void> {
  await writeWhole(Readable.from([Buffer.from(text)]), { file: join(directory, path), signal });
}

async function replaceEntries(directory: string, entries: readonly Descriptor[], signal: AbortSignal): Promise<void> {
  const before = await readIndex(directory);
  const kept = before.filter((entry) => !isReplaced(entry, entries));
  await writeText(indexText([...kept, ...entries]), { directory, path: 'index.json', signal });
}

function isReplaced(old: Descriptor, entries: readonly Descriptor[]): boolean {
  const name = old.annotations?.[nameAnnotation];
  const tag = old.annotations?.[tagAnnotation];
  if (name === undefined && tag === undefined) return entries.some((entry) => entry.digest === old.digest);
  return entries.some(({ annotations }) =>
    name === undefined ? annotations?.[tagAnnotation] === tag : annotations?.[nameAnnotation] === name,
  );
}

/** Entries of an existing `index.json`; none for a new layout. Throws SINK_WRITE for a directory that is something else. */
async function readIndex(directory: string): Promise<readonly Descriptor[]> {
  try {
    return parseIndex(await readFile(join(directory, 'index.json')), directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw notLayout(directory, error);
  }
}

function notLayout(directory: string, cause: unknown): ToolError {
  return new ToolError('SINK_WRITE', `cannot write an image layout to ${directory}: what is there is not one`, {
    hint: 'name an empty or new directory',
    cause,
  });
}
