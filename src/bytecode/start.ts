import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileAhead } from './ahead.ts';
import { type Booted, boot } from './boot.ts';
import { type Compiler, createCompiler } from './compiler.ts';
import { type Interpreter, interpreterFor } from './interpreters.ts';
import { compiledLibrary } from './library.ts';
import { type MemoryKey, memoryPath } from './memory-path.ts';
import { program } from './program.ts';
import { startStored } from './snapshot.ts';
import { unusable } from './unpack.ts';

/** See `MemoryKey`. */
const snapshotFormat = 1;
/** A start without a stored memory takes 1 to 3 s; after this one waits no longer for another's, which may be the leftover of a killed machine. */
const patience = 6000;

/** What a thread needs to start a compiler; plain data. */
export interface CompilerPlace {
  /** `X.Y`. */
  readonly minor: string;
  /** Of the interpreter's files, as `fetchInterpreter` gives it. */
  readonly directory: string;
  /** Directory of the store, for the stored memory. */
  readonly store: string;
}

/**
 * Starts a compiler in this thread, from the memory that an earlier start left in the store, else anew. The thread should have a stack
 * of `stackSizeMb`. Errors: BYTECODE_INTERPRETER.
 */
export async function bootCompiler(place: CompilerPlace): Promise<Compiler> {
  const interpreter = interpreterFor(place.minor);
  if (interpreter === undefined) throw new TypeError(`no interpreter for Python ${place.minor}`);
  compileAhead(place.directory);
  await checkPackage(place.directory, interpreter);
  return createCompiler(await bootStored(place, interpreter), interpreter);
}

/** Another version would start, with another bytecode or another way to store its memory. */
async function checkPackage(directory: string, interpreter: Interpreter): Promise<void> {
  const found = await readFile(join(directory, 'package.json'), 'utf8')
    .then((text) => (JSON.parse(text) as { readonly version?: unknown }).version)
    .catch((cause: unknown) => {
      throw unusable(interpreter.minor, 'its files are not there', cause);
    });
  if (found !== interpreter.package) throw unusable(interpreter.minor, `pyodide ${found} is there instead of ${interpreter.package}`);
}

async function bootStored({ directory, store }: CompilerPlace, interpreter: Interpreter): Promise<Booted> {
  const start = (from: Parameters<typeof boot>[1]) => bootChecked(interpreter, boot(directory, from));
  const library = compiledLibrary(directory) !== undefined;
  const path = interpreter.hasSnapshot ? await snapshotPath(store, interpreter, { library }).catch(() => undefined) : undefined;
  if (path === undefined) return await start('fresh');
  return await startStored({ path, directory: store, patience }, { start, memoryOf: ({ pyodide }) => pyodide.makeMemorySnapshot() });
}

/** Where the memory of the interpreter that compiles is stored. */
export async function snapshotPath(
  store: string,
  interpreter: Interpreter,
  surroundings: Pick<MemoryKey, 'library' | 'versions'>,
): Promise<string> {
  return await memoryPath(store, interpreter, { prefix: 'cpython', format: snapshotFormat, program, ...surroundings });
}

async function bootChecked(interpreter: Interpreter, booting: Promise<Booted>): Promise<Booted> {
  const booted = await booting.catch((cause: unknown) => {
    throw unusable(interpreter.minor, 'it does not start', cause);
  });
  const found = booted.pyodide.runPython('wherry_version()');
  const wanted = `${interpreter.cpython} ${interpreter.magic}`;
  if (found !== wanted) throw unusable(interpreter.minor, `it is version ${found}, not ${wanted}`);
  return booted;
}
