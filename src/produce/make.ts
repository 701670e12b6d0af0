import { closeSync, openSync } from 'node:fs';
import type { Compiler } from '../bytecode/index.ts';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Bytecode, DebianRootRecipe, Recipe, WheelsRecipe } from '../plan/recipe.ts';
import { blobSink, checkedBytes, openScratch, type StoredLayer } from '../store/index.ts';
import { type LayerEntry, writeLayer } from '../tar/index.ts';
import { bytecodeOf, minorOf, rememberingCompiler } from './bytecode.ts';
import { fileEntries } from './files.ts';
import { type Interpreter, type Job, materialPath } from './job.ts';

/** A layer that is in the store now, and what the wheels in it install, in the order of the recipe, as `wheelFilesIn` reads it. */
export interface Made {
  readonly layer: StoredLayer;
  readonly files: readonly string[];
}

/** Gives the interpreter of a thread, booted when first asked for. */
export type CompilerOf = (interpreter: Interpreter, store: string) => Promise<Compiler>;

/**
 * Makes one layer and puts it into the store: the same bytes in any thread, on any machine. Nothing is left behind if it fails.
 * Errors: SOURCE_CHANGED, STORE_DAMAGED, STORE_FULL, and those of wheels and Debian packages.
 */
export async function makeLayer(job: Job, compilerOf?: CompilerOf): Promise<Made> {
  const contents = await contentsOf(job);
  const sink = blobSink(job.store, job.temporary);
  try {
    const written = writeLayer(await compiled(contents.entries, job, compilerOf), sink);
    sink.commit(written.digest);
    const layer = contents.roots === undefined ? written : { ...written, roots: contents.roots };
    return { layer, files: contents.files?.() ?? [] };
  } finally {
    sink.abort();
    contents.close?.();
  }
}

interface Contents {
  /** May be iterated several times. */
  readonly entries: Iterable<LayerEntry>;
  readonly files?: () => Made['files'];
  /** Of wheels. */
  readonly roots?: readonly string[];
  readonly close?: () => void;
}

/** The entries with bytecode beside every `.py` file, if the recipe asks for it. */
async function compiled(entries: Iterable<LayerEntry>, job: Job, compilerOf?: CompilerOf): Promise<Iterable<LayerEntry>> {
  const bytecode = bytecodeOf(job.recipe);
  if (bytecode === undefined) return entries;
  const { withBytecode } = await import('../bytecode/index.ts');
  const compiler = await compilerFor(bytecode, job, compilerOf);
  const minor = minorOf(bytecode.compiler);
  return withBytecode(entries, { compiler, mode: bytecode.mode, minor, below: modulesOf(job.recipe, minor) });
}

/** A base holds sources that are not for its interpreter, for example for debuggers; scripts in an environment's `bin` are never imported. */
function modulesOf(recipe: Recipe, minor: string): string {
  if (recipe.kind === 'debian-root') return `usr/lib/python${minor}/`;
  return recipe.kind === 'wheels' ? `${recipe.venv.slice(1)}/lib/` : '';
}

async function compilerFor(bytecode: Bytecode, job: Job, compilerOf?: CompilerOf): Promise<Pick<Compiler, 'compile'>> {
  const fresh = job.interpreter && (await compilerOf?.(job.interpreter, job.store));
  const needed = (): Compiler => {
    if (fresh === undefined) throw new ToolError('STORE_DAMAGED', 'bytecode of the project is no longer in the store');
    return fresh;
  };
  return job.recipe.kind === 'files' ? rememberingCompiler(needed, { store: job.store, bytecode }) : needed();
}

/** Code that a thread may not need is loaded when it does. */
async function contentsOf(job: Job): Promise<Contents> {
  const { recipe } = job;
  if (recipe.kind === 'files') return { entries: fileEntries(recipe, job) };
  if (recipe.kind === 'wheels') return await wheelContents(recipe, job);
  if (recipe.kind === 'built') throw new ToolError('INTERNAL', `${recipe.name} was not built before its layer`);
  return await rootContents(recipe, job);
}

async function rootContents(recipe: DebianRootRecipe, job: Job): Promise<Contents> {
  const { assembleDebianRoot } = await import('../debian/index.ts');
  const scratch = openScratch(job.store);
  try {
    const entries = await assembleDebianRoot(recipe, { readDeb: (digest) => checkedBytes(job.store, digest), scratch });
    return { entries, close: scratch.close };
  } catch (error) {
    scratch.close();
    throw error;
  }
}

/** The wheels stay open as long as the layer is written: opening them for each of thousands of files takes longer than reading. */
async function wheelContents(recipe: WheelsRecipe, job: Job): Promise<Contents> {
  const { installedRoots, installWheels, wheelFilesText } = await import('../wheel/index.ts');
  const opened = new Map<Digest, number>();
  const close = () => opened.forEach((file) => void closeSync(file));
  const open = (digest: Digest): number => {
    const file = opened.get(digest) ?? openSync(materialPath(job, digest), 'r');
    opened.set(digest, file);
    return file;
  };
  try {
    const { entries, files } = installWheels(recipe, open);
    return { entries, files: () => files.map(wheelFilesText), roots: installedRoots(recipe, files), close };
  } catch (error) {
    close();
    throw error;
  }
}
