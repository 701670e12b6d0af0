import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Interpreter, interpreterFor } from '../../src/bytecode/index.ts';
import { execute } from '../e2e/execute.ts';
import type { Sources } from './corpus.ts';
import { interpreterDirectory } from './interpreters.ts';
import type { Job } from './job.ts';
import { type Pack, readPack, writePack } from './pack.ts';
import type { Report } from './worker.ts';

const program = join(import.meta.dirname, 'worker.ts');

/** How `compileAll` compiles: in a process of its own, which no other run has touched. */
export interface Run {
  readonly minor: string;
  readonly backwards: boolean;
  /** PYTHONHASHSEED. */
  readonly seed: string;
  /** Whether the interpreter has already been used for other things. */
  readonly disturbed: boolean;
  /** Another Node than this one, with its arguments. */
  readonly node?: readonly string[];
}

export interface Compiled {
  readonly report: Report;
  readonly pycs: Pack;
  /** Of the .pyc files, for comparisons. */
  readonly base: string;
}

/** Compiles the pack `sources` in a new process, from a memory stored by yet another one if the minor can. `work` is an empty directory. */
export async function compileAll(sources: string, run: Run, work: string): Promise<Compiled> {
  mkdirSync(work, { recursive: true });
  const { minor, seed, backwards, disturbed, node = [process.execPath] } = run;
  const common = { minor, seed, directory: await interpreterDirectory(minor) };
  const hasSnapshot = (interpreterFor(minor) as Interpreter).hasSnapshot;
  const snapshot = hasSnapshot ? join(work, 'memory') : undefined;
  if (snapshot !== undefined) await perform({ ...common, task: 'store', snapshot }, node);
  const base = join(work, 'pycs');
  const report = await perform({ ...common, task: 'compile', snapshot, backwards, disturbed, sources, pycs: base }, node);
  return { report, base, pycs: readPack(base) };
}

/** Marshal data as an interpreter writes it. */
export async function dumpAll(sources: string, { minor, seed, disturbed }: Run, work: string): Promise<Pack> {
  mkdirSync(work, { recursive: true });
  const dumps = join(work, 'dumps');
  await perform({ task: 'dump', minor, seed, disturbed, directory: await interpreterDirectory(minor), sources, dumps });
  return readPack(dumps);
}

/** Runs a job in a new process. */
export async function perform(job: Job, node: readonly string[] = [process.execPath]): Promise<Report> {
  return JSON.parse(await execute([...node, '--disable-warning=ExperimentalWarning', program, JSON.stringify(job)])) as Report;
}

/** Where a source lies in the image: made ones among the project's own, real ones in the environment. */
export function pathOf(name: string, minor: string): string {
  return name.startsWith('made/') ? `/app/src/${name}` : `/app/.venv/lib/python${minor}/site-packages/${name}`;
}

/** Writes sources as a pack, by their paths in the image; returns the pack's name. */
export function packSources(sources: Sources, minor: string, work: string): string {
  mkdirSync(work, { recursive: true });
  const base = join(work, 'sources');
  writePack(base, new Map([...sources].map(([name, bytes]) => [pathOf(name, minor), bytes])));
  return base;
}
