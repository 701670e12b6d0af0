import { readFileSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ToolError } from '../errors/index.ts';
import { type Content, type Descriptor, parseIndex } from '../image/index.ts';
import { layoutPath } from '../layout-path.ts';
import { parallel } from '../parallel.ts';
import { contentOf, exactly } from '../sources/index.ts';
import { blobsOf, indexEntries, indexText, type LayoutBlob, layoutMarker, nameAnnotation, tagAnnotation } from './contents.ts';
import { checkWritable, writeWhole } from './files.ts';
import { withLock } from './lock.ts';
import { namesOf } from './names.ts';
import type { ContentOptions, ContentSink, PutResult } from './types.ts';

/** Blobs that are written at the same time: a source may be far away. */
const width = 4;

/**
 * An OCI image layout (image-spec, image-layout.md). Blobs that are there already are kept; `index.json` changes last, by a rename; other
 * images of the layout stay, one of the same name is replaced. Throws SINK_WRITE and IMAGE_INVALID.
 */
export function layoutSink(directory: string): ContentSink {
  return {
    name: `oci:${directory}`,
    has: async (descriptor) => hasBlob(directory, descriptor),
    check: () => checkDirectory(directory),
    put: (image, { references, signal }) => putLayout(directory, contentOf(image), { names: namesOf(image, references), signal }),
    putContent: (content, options) => putLayout(directory, content, options),
  };
}

/** Files of others are never mixed with a layout's; what an interrupted copy left is no hindrance. */
async function checkDirectory(directory: string): Promise<void> {
  await checkWritable(directory);
  if ((await readIndex(directory)).length > 0) return;
  const files = await readdir(directory).catch(() => []);
  const strange = files.find((name) => !/^(?:blobs|oci-layout|index\.json|\.wherry-.*)$/.test(name));
  if (strange !== undefined) throw notLayout(directory, undefined);
}

async function putLayout(directory: string, content: Content, { names, signal }: ContentOptions): Promise<PutResult> {
  await readIndex(directory);
  const written = await parallel(blobsOf(content), width, (blob) => putBlob(directory, blob, signal));
  await writeText(layoutMarker, { directory, path: 'oci-layout', signal });
  const entries = indexEntries(content, names);
  // What an equal image wrote stays: nothing is locked, and no disk is waited for.
  if (!isText(await replacedIndex(directory, entries), join(directory, 'index.json'))) {
    await withLock(join(directory, '.wherry-lock'), signal, () => replaceEntries(directory, entries, signal));
  }
  return { location: `oci:${directory}`, bytesWritten: written.reduce((sum, bytes) => sum + bytes, 0) };
}

async function putBlob(directory: string, { descriptor, open }: LayoutBlob, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  if (hasBlob(directory, descriptor)) return 0;
  const checked = Readable.from(exactly(await open(), descriptor));
  await writeWhole(checked, { file: join(directory, layoutPath(descriptor.digest)), scratch: directory, signal });
  return descriptor.size;
}

/** Without waiting: asking a thread takes longer than looking. */
function hasBlob(directory: string, { digest, size }: Pick<Descriptor, 'digest' | 'size'>): boolean {
  try {
    const found = statSync(join(directory, layoutPath(digest)));
    return found.isFile() && found.size === size;
  } catch {
    return false;
  }
}

async function writeText(
  text: string,
  { directory, path, signal }: { directory: string; path: string; signal: AbortSignal },
): Promise<void> {
  const file = join(directory, path);
  if (!isText(text, file)) await writeWhole(Readable.from([Buffer.from(text)]), { file, signal });
}

/** Whether a file holds just this text. */
function isText(text: string, file: string): boolean {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  }
}

async function replaceEntries(directory: string, entries: readonly Descriptor[], signal: AbortSignal): Promise<void> {
  await writeText(await replacedIndex(directory, entries), { directory, path: 'index.json', signal });
}

/** The text of an index with these entries instead of those that they replace. */
async function replacedIndex(directory: string, entries: readonly Descriptor[]): Promise<string> {
  const kept = (await readIndex(directory)).filter((entry) => !entries.some((fresh) => replaces(fresh, entry)));
  // What is listed already under a name need not be listed without one.
  const added = entries.filter((entry) => isNamed(entry) || !kept.some(({ digest }) => digest === entry.digest));
  return indexText([...kept, ...added]);
}

/** Entries of one name; of one tag, where either side has nothing else; of one digest without a name. */
function replaces(fresh: Descriptor, old: Descriptor): boolean {
  if (!isNamed(old)) return fresh.digest === old.digest;
  const [name, other] = [old.annotations?.[nameAnnotation], fresh.annotations?.[nameAnnotation]];
  if (name !== undefined && other !== undefined) return name === other;
  return isNamed(fresh) && old.annotations?.[tagAnnotation] === fresh.annotations?.[tagAnnotation];
}

function isNamed({ annotations }: Descriptor): boolean {
  return annotations?.[nameAnnotation] !== undefined || annotations?.[tagAnnotation] !== undefined;
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
