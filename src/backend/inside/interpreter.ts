import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The interpreter's own file system, in memory (Emscripten's FS). */
export interface FileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, bytes: Uint8Array, options?: { readonly canOwn?: boolean }): void;
  readFile(path: string): Uint8Array;
  symlink(target: string, path: string): void;
  chmod(path: string, mode: number): void;
  mknod(path: string, mode: number, device: number): unknown;
  open(path: string, flags: number | string, mode?: number): unknown;
  readdir(path: string): string[];
}

/** The parts of pyodide that builds use. */
export interface BuildInterpreter {
  readonly FS: FileSystem;
  readonly globals: { get(name: string): (...values: readonly string[]) => string };
  runPython(code: string): unknown;
  registerJsModule(name: string, module: object): void;
  makeMemorySnapshot(): Uint8Array;
}

/** How an interpreter starts: `memory` is that of an earlier start, empty if that of this one is to be stored. */
export interface InterpreterStart {
  readonly interpreter: string;
  readonly library: string | undefined;
  readonly seed: string;
  readonly memory: Uint8Array | undefined;
}

interface Loader {
  readonly loadPyodide: (options: object) => Promise<BuildInterpreter>;
}

/** Modules of Node that the loader asks for: it only reads its own files. */
const modules = new Set(['fs', 'path', 'url', 'crypto', 'vm']);

/** Starts the interpreter; its output goes to `print`, line by line. */
export async function startInterpreter(
  { interpreter, library, seed, memory }: InterpreterStart,
  print: (line: string) => void,
): Promise<BuildInterpreter> {
  const nodeRequire = createRequire(import.meta.url);
  // The loader looks for these, and takes its own name from the second argument.
  Object.assign(globalThis, { require: (name: string) => limited(nodeRequire, name) });
  process.argv = ['python', 'python'];
  const { loadPyodide } = (await import(pathToFileURL(join(interpreter, 'pyodide.mjs')).href)) as Loader;
  const started = await loadPyodide({
    indexURL: interpreter,
    ...(library !== undefined && { stdLibURL: library }),
    env: { PYTHONHASHSEED: seed, HOME: '/home/build' },
    // All of JavaScript that Python is given.
    jsglobals: { setTimeout: () => 0 },
    stdin: () => null,
    stdout: print,
    stderr: print,
    ...(memory === undefined ? {} : memory.length === 0 ? { _makeSnapshot: true } : { _loadSnapshot: memory }),
  });
  settle(started.FS);
  return started;
}

function limited(nodeRequire: NodeJS.Require, name: string): unknown {
  const bare = name.replace(/^node:/, '');
  if (!modules.has(bare)) throw new Error(`the interpreter may not load ${bare}`);
  return nodeRequire(`node:${bare}`);
}

/** Gives the file system what it lacks: a umask of 022, and directories in the order of their names. */
function settle(files: FileSystem): void {
  const { mknod, open, readdir } = files;
  files.mknod = (path, mode, device) => mknod.call(files, path, mode & ~0o022, device);
  // Newer ones set the mode of a new file once more, to what open(2) was given.
  files.open = (path, flags, mode = 0o666) => open.call(files, path, flags, mode & ~0o022);
  files.readdir = (path) => readdir.call(files, path).sort(byName);
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
