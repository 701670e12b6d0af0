import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ToolError } from '../errors/index.ts';
import { readTarBytes } from '../tar/index.ts';
import type { Interpreter } from './interpreters.ts';

/** Bytes of an unpacked package; those of the table have 13 to 20 MB. */
const maxUnpacked = 64 * 1024 * 1024;
/** npm puts everything below this folder. */
const root = 'package';

/** The files that a start needs, by name. package.json says that scripts are no ES modules, whatever lies above the folder. */
export function neededFiles({ script }: Pick<Interpreter, 'script'>): string[] {
  return ['package.json', 'pyodide-lock.json', 'pyodide.asm.wasm', 'pyodide.mjs', 'python_stdlib.zip', script].sort();
}

/**
 * The needed files of a package's tarball, which must have the integrity of the table. Only names that are exactly a needed one are looked at, so
 * nothing in the archive says where anything is written. Errors: BYTECODE_INTERPRETER, TAR_DAMAGED.
 */
export function unpackInterpreter(
  tarball: Uint8Array,
  interpreter: Pick<Interpreter, 'integrity' | 'minor' | 'script'>,
): ReadonlyMap<string, Uint8Array> {
  const { minor } = interpreter;
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  if (integrity !== interpreter.integrity) throw unusable(minor, `its package has the integrity ${integrity}`);
  const wanted = new Map(neededFiles(interpreter).map((name) => [`${root}/${name}`, name]));
  const files = new Map<string, Uint8Array>();
  for (const entry of readTarBytes(inflated(tarball, minor))) {
    const name = wanted.get(entry.path);
    if (name === undefined) continue;
    if (entry.type !== 'file') throw unusable(minor, `${entry.path} of its package is no file`);
    if (files.has(name)) throw unusable(minor, `${entry.path} is twice in its package`);
    files.set(name, entry.data);
  }
  const missing = [...wanted.values()].filter((name) => !files.has(name));
  if (missing.length > 0) throw unusable(minor, `its package lacks ${missing.join(', ')}`);
  return files;
}

function inflated(tarball: Uint8Array, minor: string): Uint8Array {
  try {
    return gunzipSync(tarball, { maxOutputLength: maxUnpacked });
  } catch (cause) {
    throw unusable(minor, 'its package can not be decompressed', cause);
  }
}

/** The error of an interpreter that can't be used. Code BYTECODE_INTERPRETER. */
export function unusable(minor: string, reason: string, cause?: unknown): ToolError {
  return new ToolError('BYTECODE_INTERPRETER', `could not use the interpreter of Python ${minor}: ${reason}`, {
    hint: 'install Wherry again, or run `wherry cache prune --all`; bytecode = "none" goes without',
    cause,
  });
}
