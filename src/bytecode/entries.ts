import { watchPlain } from '../deflated.ts';
import type { Bytecode } from '../plan/recipe.ts';
import { compareTarPaths, epoch, type LayerEntry } from '../tar/index.ts';
import { type Compiler, maxSource } from './compiler.ts';
import { pycPath } from './pyc.ts';

type FileEntry = Extract<LayerEntry, { readonly type: 'file' }>;

/** How the sources of a layer are compiled. */
export interface BytecodeOptions {
  readonly compiler: Pick<Compiler, 'compile'>;
  readonly mode: Bytecode['mode'];
  /** `X.Y`; names the .pyc files. */
  readonly minor: string;
  /** A directory, with a slash at its end: only sources below it are compiled. Default: all. */
  readonly below?: string;
}

/**
 * Puts a .pyc right after every source `X/name.py` that compiles: `X/__pycache__/name.cpython-XY.pyc`, with the source's owner and mtime and with its
 * permissions but execution, as CPython would write it. Directories come first, with `X/__pycache__` (0755, `epoch`) of every `X` that has
 * a source; the order of all else stays. A file of the list at the place of a .pyc is dropped; where `X/__pycache__` is no directory,
 * nothing in `X` is compiled.
 *
 * `entries` is iterated several times. A source is read once: its bytes are noted while the list's reader takes them, and compiled when the
 * next entry is asked for. Errors while reading: `CompilerCrashed`.
 */
export function* withBytecode(entries: Iterable<LayerEntry>, options: BytecodeOptions): Generator<LayerEntry> {
  const targetOf = targetsIn(entries, options);
  const replaced = replacedIn(entries, targetOf);
  yield* directoriesOf(entries, targetOf);
  const held = new HeldSource();
  for (const entry of entries) {
    if (entry.type === 'directory' || replaced.has(entry.path)) continue;
    const target = targetOf(entry);
    if (entry.type !== 'file' || target === undefined) yield entry;
    else yield* compiled(entry, { ...options, target, held });
  }
}

/** Tells the path of an entry's .pyc, if it is to have one. */
type TargetOf = (entry: LayerEntry) => string | undefined;

function targetsIn(entries: Iterable<LayerEntry>, { minor, below = '' }: BytecodeOptions): TargetOf {
  const blocked = new Set<string>();
  for (const { type, path } of entries) if (type !== 'directory' && path.endsWith('__pycache__')) blocked.add(path);
  return (entry) => {
    if (entry.type !== 'file' || entry.size > maxSource || !entry.path.startsWith(below)) return undefined;
    const target = pycPath(entry.path, minor);
    return target === undefined || blocked.has(parentOf(target)) ? undefined : target;
  };
}

/** The files at the place of a .pyc that is made. */
function replacedIn(entries: Iterable<LayerEntry>, targetOf: TargetOf): ReadonlySet<string> {
  const present = new Set<string>();
  for (const { path } of entries) if (path.endsWith('.pyc')) present.add(path);
  const replaced = new Set<string>();
  if (present.size === 0) return replaced;
  for (const entry of entries) {
    const target = targetOf(entry);
    if (target !== undefined && present.has(target)) replaced.add(target);
  }
  return replaced;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** The directories of the list and those that bytecode needs, owned like the first source that needs them. */
function directoriesOf(entries: Iterable<LayerEntry>, targetOf: TargetOf): LayerEntry[] {
  const directories = new Map<string, LayerEntry>();
  for (const entry of entries) if (entry.type === 'directory') directories.set(entry.path, entry);
  for (const entry of entries) {
    const target = targetOf(entry);
    const directory = target === undefined ? undefined : parentOf(target);
    if (directory === undefined || directories.has(directory)) continue;
    const { uid, gid } = entry;
    directories.set(directory, { type: 'directory', path: directory, mode: 0o755, uid, gid, mtime: epoch });
  }
  return [...directories.values()].sort((a, b) => compareTarPaths(a.path, b.path));
}

function* compiled(
  entry: FileEntry,
  { compiler, mode, target, held }: BytecodeOptions & { readonly target: string; readonly held: HeldSource },
): Generator<LayerEntry> {
  held.start(entry.size);
  yield watched(entry, held);
  if (!held.isWhole()) held.readAll(entry);
  const bytes = compiler.compile(held.bytes(), `/${entry.path}`, mode);
  if (bytes === undefined) return;
  const { uid, gid, mtime } = entry;
  const file = { type: 'file', path: target, mode: (entry.mode | 0o200) & 0o644, uid, gid, mtime } as const;
  yield { ...file, size: bytes.length, content: () => [bytes], derived: true };
}

/** The same entry; its bytes are noted while they are read, whichever way. */
function watched(entry: FileEntry, held: HeldSource): FileEntry {
  const { content, deflated } = entry;
  const watchedEntry = { ...entry, content: () => noted(content(), held) };
  if (deflated === undefined) return watchedEntry;
  const pieces = () => {
    held.restart();
    return watchPlain(deflated.pieces(), (bytes) => held.add(bytes));
  };
  return { ...watchedEntry, deflated: { ...deflated, pieces } };
}

function* noted(chunks: Iterable<Uint8Array>, held: HeldSource): Generator<Uint8Array> {
  held.restart();
  for (const chunk of chunks) {
    held.add(chunk);
    yield chunk;
  }
}

/** One source at a time, in memory that is used again for the next. */
class HeldSource {
  private memory: Uint8Array = new Uint8Array(256 * 1024);
  private expected = 0;
  private length = 0;

  start(size: number): void {
    if (size > this.memory.length) this.memory = new Uint8Array(size);
    this.expected = size;
    this.length = 0;
  }

  restart(): void {
    this.length = 0;
  }

  /** Bytes above the promised size are for the reader to complain about. */
  add(chunk: Uint8Array): void {
    if (this.length + chunk.length <= this.expected) this.memory.set(chunk, this.length);
    this.length += chunk.length;
  }

  isWhole(): boolean {
    return this.length === this.expected;
  }

  /** For readers that did not want the bytes. */
  readAll({ path, content }: FileEntry): void {
    this.length = 0;
    for (const chunk of content()) this.add(chunk);
    if (!this.isWhole()) throw new RangeError(`${path} does not have the ${this.expected} bytes that were promised`);
  }

  bytes(): Uint8Array {
    return this.memory.subarray(0, this.length);
  }
}
