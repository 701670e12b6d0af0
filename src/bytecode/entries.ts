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
 * A source is read once: its bytes are noted while the list's reader takes them, and compiled when the next entry is asked for. Errors while
 * reading: `CompilerCrashed`.
 */
export function* withBytecode(entries: Iterable<LayerEntry>, options: BytecodeOptions): Generator<LayerEntry> {
  const list = [...entries];
  const targets = targetsOf(list, options);
  const replaced = new Set(targets.values());
  yield* directoriesOf(list, targets);
  const held = new HeldSource();
  for (const entry of list) {
    if (entry.type === 'directory' || replaced.has(entry.path)) continue;
    const target = entry.type === 'file' ? targets.get(entry.path) : undefined;
    if (entry.type !== 'file' || target === undefined) yield entry;
    else yield* compiled(entry, { ...options, target, held });
  }
}

/** The .pyc of each source by the source's path. */
function targetsOf(list: readonly LayerEntry[], { minor, below = '' }: BytecodeOptions): ReadonlyMap<string, string> {
  const blocked = new Set(list.filter((entry) => entry.type !== 'directory' && entry.path.endsWith('__pycache__')).map(({ path }) => path));
  const targets = new Map<string, string>();
  for (const entry of list) {
    const target =
      entry.type === 'file' && entry.size <= maxSource && entry.path.startsWith(below) ? pycPath(entry.path, minor) : undefined;
    if (target !== undefined && !blocked.has(parentOf(target))) targets.set(entry.path, target);
  }
  return targets;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** The directories of the list and those that bytecode needs, owned like the first source that needs them. */
function directoriesOf(list: readonly LayerEntry[], targets: ReadonlyMap<string, string>): LayerEntry[] {
  const directories = new Map(list.filter(({ type }) => type === 'directory').map((entry) => [entry.path, entry]));
  for (const { path, uid, gid } of list) {
    const target = targets.get(path);
    const directory = target === undefined ? undefined : parentOf(target);
    if (directory === undefined || directories.has(directory)) continue;
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
