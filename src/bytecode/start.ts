import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, hexOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { lockPrivate, privateFolder, readSealed, touchPrivate, writeSealed } from '../store/index.ts';
import { type Booted, boot, type Start } from './boot.ts';
import { type Compiler, createCompiler } from './compiler.ts';
import { type Interpreter, interpreterFor } from './interpreters.ts';
import { program } from './program.ts';

/** Raised when what is stored changes without a change of anything else in the key. */
const snapshotFormat = 1;
/** A start without a stored memory takes 1 to 3 s; whoever waits longer for another's does it alone. */
const patience = 15_000;

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
 * Starts a compiler in this thread, from the memory that an earlier start left in the store, else anew. Errors: BYTECODE_INTERPRETER. A store
 * that can't be written to costs time only.
 */
export async function bootCompiler(place: CompilerPlace): Promise<Compiler> {
  const interpreter = interpreterFor(place.minor);
  if (interpreter === undefined) throw new TypeError(`no interpreter for Python ${place.minor}`);
  const booted = interpreter.hasSnapshot
    ? await bootStored(place, interpreter)
    : await bootChecked({ directory: place.directory, interpreter, start: 'fresh' });
  return createCompiler(booted, interpreter);
}

async function bootStored(place: CompilerPlace, interpreter: Interpreter): Promise<Booted> {
  const path = await snapshotPath(place.store, interpreter).catch(() => undefined);
  const { directory } = place;
  if (path === undefined) return await bootChecked({ directory, interpreter, start: 'fresh' });
  const known = await bootFrom(path, place, interpreter);
  if (known !== undefined) return known;
  const isDone = () => touchPrivate(path);
  const release = await lockPrivate(`${path}.lock`, { directory: place.store, isDone, patience }).catch(() => undefined);
  try {
    // Another thread may have finished between the look and the lock.
    const made = await bootFrom(path, place, interpreter);
    if (made !== undefined) return made;
    if (release === undefined) return await bootChecked({ directory, interpreter, start: 'fresh' });
    const booted = await bootChecked({ directory, interpreter, start: 'storable' });
    await writeSealed(place.store, path, booted.pyodide.makeMemorySnapshot()).catch(() => undefined);
    return booted;
  } finally {
    await release?.();
  }
}

/** Undefined if there is no stored memory; one that does not start is removed. */
async function bootFrom(path: string, { directory }: CompilerPlace, interpreter: Interpreter): Promise<Booted | undefined> {
  const start = await readSealed(path);
  if (start === undefined) return undefined;
  try {
    return await bootChecked({ directory, interpreter, start });
  } catch {
    await rm(path, { force: true });
    return undefined;
  }
}

/** A stored memory holds addresses that depend on the engine that runs it. */
async function snapshotPath(store: string, { integrity, minor }: Interpreter): Promise<string> {
  const { node, v8 } = process.versions;
  const key = digestOf(JSON.stringify([snapshotFormat, integrity, program, node, v8, process.arch]));
  return join(await privateFolder(store, 'snapshots'), `cpython-${minor}-${hexOf(key)}`);
}

async function bootChecked(how: { readonly directory: string; readonly interpreter: Interpreter; readonly start: Start }): Promise<Booted> {
  const { interpreter } = how;
  const booted = await boot(how.directory, how.start).catch((cause: unknown) => {
    throw unusable(interpreter, 'it does not start', cause);
  });
  const found = versionOf(booted);
  const wanted = `${interpreter.cpython} ${interpreter.magic}`;
  if (found !== wanted) throw unusable(interpreter, `it is version ${found}, not ${wanted}`);
  return booted;
}

/** `X.Y.Z MAGIC`. */
function versionOf({ pyodide }: Booted): unknown {
  return pyodide.runPython('wherry_version()');
}

function unusable({ minor }: Interpreter, reason: string, cause?: unknown): ToolError {
  return new ToolError('BYTECODE_INTERPRETER', `could not use the interpreter of Python ${minor}: ${reason}`, {
    hint: 'install Wherry again, or run `wherry cache prune --all`; `bytecode = "none"` goes without',
    cause,
  });
}
