import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { releaseWhole } from '../release.ts';
import { compiledAhead, forgetAhead } from './ahead.ts';
import { compiledLibrary } from './library.ts';
import { program } from './program.ts';
import type { Pyodide, PyodideModule, PyodideOptions, WasmExports } from './pyodide.ts';
import { quietly } from './quiet.ts';

/** A started interpreter. */
export interface Booted {
  readonly pyodide: Pyodide;
  readonly exports: WasmExports;
}

/** What the start begins with: nothing, nothing but so that the memory can be stored, or a stored memory. */
export type Start = 'fresh' | 'storable' | Uint8Array;

/** Modules of Node that the interpreter's loader asks for. Without processes and sockets: it only reads its own files. */
const modules = new Set(['fs', 'path', 'url', 'crypto', 'vm']);
const nodeRequire = createRequire(import.meta.url);

function limitedRequire(name: string): unknown {
  const bare = name.replace(/^node:/, '');
  if (!modules.has(bare)) throw new Error(`the interpreter may not load ${bare}`);
  return nodeRequire(`node:${bare}`);
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Starts the interpreter in `directory`; one start after another, since each changes globals of the thread for a while.
 * Tests give another seed (`PYTHONHASHSEED`) to show that nothing depends on it; it is part of a stored memory.
 */
export function boot(directory: string, start: Start, seed = '0'): Promise<Booted> {
  const next = last.then(() => bootAlone(directory, start, seed));
  last = next.catch(() => undefined);
  return next;
}

async function bootAlone(directory: string, start: Start, seed: string): Promise<Booted> {
  const { value: pyodide, exports } = await withGlobals(directory, async () => {
    const module = (await import(pathToFileURL(join(directory, 'pyodide.mjs')).href)) as PyodideModule;
    return await module.loadPyodide(options(directory, start, seed));
  });
  if (!(start instanceof Uint8Array)) pyodide.runPython(program);
  // It was copied; without this it would stay, 20 MB, as long as the interpreter.
  delete pyodide._api?.config?._loadSnapshot;
  return { pyodide, exports };
}

function options(directory: string, start: Start, seed: string): PyodideOptions {
  const library = compiledLibrary(directory);
  const common = {
    indexURL: directory,
    ...(library !== undefined && { stdLibURL: library }),
    env: { PYTHONHASHSEED: seed, HOME: '/home' },
    // All that Python code could reach from here on. 3.11's event loop wants to find a timer.
    jsglobals: { setTimeout: () => 0 },
    stdin: () => null,
    stdout: () => {},
    stderr: () => {},
  };
  if (start === 'storable') return { ...common, _makeSnapshot: true };
  return start === 'fresh' ? common : { ...common, _loadSnapshot: start };
}

interface Globals {
  require?: unknown;
  /** Set by the loader's script, which is evaluated once per thread; a loader of another version would take it for its own. */
  _createPyodideModule?: unknown;
  WebAssembly: { instantiate: Instantiate };
}

/** Of bytes an instance and its module, of a module an instance. */
type Instantiate = (code: unknown, imports: unknown) => Promise<Instantiated | Instance>;

interface Instance {
  readonly exports: object;
}

interface Instantiated {
  readonly instance: Instance;
  readonly module: object;
}

const globals = globalThis as unknown as Globals;
const scripts = new Map<string, unknown>();

/**
 * Runs a start with a `require` of its own, so that the loader doesn't look for modules that aren't there, and notes what the instance
 * exports: not all versions of pyodide give access to the stack pointer.
 */
async function withGlobals<T>(directory: string, run: () => Promise<T>): Promise<{ readonly value: T; readonly exports: WasmExports }> {
  const { require } = globals;
  globals.require = limitedRequire;
  globals._createPyodideModule = scripts.get(directory);
  const watched = watchInstance(directory);
  try {
    const value = await quietly(() => Promise.race([run(), watched.failed]));
    scripts.set(directory, globals._createPyodideModule);
    return { value, exports: stackExports(watched.exports()) };
  } finally {
    watched.end();
    delete globals._createPyodideModule;
    if (require === undefined) delete globals.require;
    else globals.require = require;
  }
}

/** pyodide itself waits for ever when its module can't be used. */
function watchInstance(directory: string) {
  const { instantiate } = globals.WebAssembly;
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  let exports: Readonly<Record<string, unknown>> = {};
  globals.WebAssembly.instantiate = async (code, imports) => {
    const module = await compiledAhead(directory, code);
    const made = await instantiate(module ?? code, imports).catch((error: unknown) => {
      failure.reject(error);
      return new Promise<never>(() => {});
    });
    const result = module === undefined ? made : { instance: made as Instance, module };
    const found = 'instance' in result ? (result.instance.exports as typeof exports) : undefined;
    // Some versions instantiate a small module of their own as well.
    if (found !== undefined && 'malloc' in found) {
      exports = found;
      // The engine has its own copy, of 9 MB.
      if (code instanceof Uint8Array) releaseWhole(code);
    }
    return result;
  };
  const end = () => {
    globals.WebAssembly.instantiate = instantiate;
    forgetAhead(directory);
  };
  return { failed: failure.promise, exports: () => exports, end };
}

function stackExports(found: Readonly<Record<string, unknown>>): WasmExports {
  return {
    malloc: found.malloc as WasmExports['malloc'],
    end: found.emscripten_stack_get_end as WasmExports['end'],
    save: (found.stackSave ?? found.emscripten_stack_get_current) as WasmExports['save'],
    restore: (found.stackRestore ?? found._emscripten_stack_restore) as WasmExports['restore'],
  };
}
