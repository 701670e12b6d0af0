/** A program that does one `Job`, given as JSON, in a process of its own; also run by Node for arm64. Prints a `Report` as JSON. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { boot } from '../../src/bytecode/boot.ts';
import { type Compiler, createCompiler } from '../../src/bytecode/compiler.ts';
import { CompilerCrashed, stackSizeMb } from '../../src/bytecode/index.ts';
import { Inside, interpreterOf } from './inside.ts';
import type { CompareJob, CompileJob, DumpJob, Job, StoreJob } from './job.ts';
import { readPack, writePack } from './pack.ts';

/** What came of a job. */
export interface Report {
  /** Of Node. */
  readonly architecture: string;
  /** Names of files that crashed a compiler. */
  readonly crashed: readonly string[];
}

async function work(job: Job): Promise<readonly string[]> {
  switch (job.task) {
    case 'store':
      return await store(job);
    case 'compile':
      return await compile(job);
    case 'compare':
      return await compare(job);
    case 'dump':
      return await dump(job);
  }
}

async function store(job: StoreJob): Promise<[]> {
  const { pyodide } = await boot(job.directory, 'storable', job.seed);
  writeFileSync(job.snapshot, pyodide.makeMemorySnapshot());
  return [];
}

async function compile(job: CompileJob): Promise<string[]> {
  const sources = [...readPack(job.sources)];
  if (job.backwards) sources.reverse();
  const pycs = new Map<string, Uint8Array | undefined>();
  const crashed: string[] = [];
  let compiler = await start(job);
  for (const [path, source = new Uint8Array(0)] of sources) {
    try {
      pycs.set(path, compiler.compile(source, path, path.startsWith('/app/src/') ? 'checked-hash' : 'unchecked-hash'));
    } catch (error) {
      if (!(error instanceof CompilerCrashed)) throw error;
      crashed.push(path);
      pycs.set(path, undefined);
      compiler = await start(job);
    }
  }
  writePack(job.pycs, pycs);
  return crashed;
}

async function start({ minor, directory, seed, snapshot, disturbed, sources }: CompileJob): Promise<Compiler> {
  const booted = await boot(directory, snapshot === undefined ? 'fresh' : new Uint8Array(readFileSync(snapshot)), seed);
  if (disturbed) new Inside(booted, interpreterOf(minor)).disturb(sources);
  return createCompiler(booted, interpreterOf(minor));
}

async function compare(job: CompareJob): Promise<[]> {
  const inside = new Inside(await boot(job.directory, 'fresh', job.seed), interpreterOf(job.minor));
  inside.put(job.sources, '/sources');
  inside.put(job.pycs, '/pycs');
  inside.run("main('/sources', '/pycs', '/result')");
  writeFileSync(job.result, inside.read('/result'));
  return [];
}

async function dump(job: DumpJob): Promise<[]> {
  const inside = new Inside(await boot(job.directory, 'fresh', job.seed), interpreterOf(job.minor));
  if (job.disturbed) inside.disturb(job.sources);
  inside.put(job.sources, '/sources');
  inside.run("dump_all('/sources', '/dumps')");
  for (const ending of ['.json', '.bin']) writeFileSync(job.dumps + ending, inside.read(`/dumps${ending}`));
  return [];
}

if (isMainThread) {
  // The stack of a process is too small for the interpreter, as in the product.
  const thread = new Worker(import.meta.filename, { workerData: JSON.parse(process.argv[2] as string), resourceLimits: { stackSizeMb } });
  thread.once('message', (report: Report) => process.stdout.write(JSON.stringify(report)));
} else {
  const crashed = await work(workerData as Job);
  parentPort?.postMessage({ architecture: process.arch, crashed } satisfies Report);
}
