import { rm } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
// Not the folder's index, which would load the compiler into the main thread.
import { crashedTwice } from '../bytecode/crashed.ts';
import { stackSizeMb } from '../bytecode/stack.ts';
import { ToolError } from '../errors/index.ts';
import type { Interpreter, Job } from './job.ts';
import type { Made } from './make.ts';
import { type Answer, fromWire, type Order } from './wire.ts';

/**
 * The file that worker threads run: from sources worker.ts beside this file, else `dist/produce/worker.js`. The bundler makes that an entry
 * of its own and puts the chunk with this module one folder below `dist`, like the entries (rolldown.config.ts).
 */
function workerFile(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? './worker.ts' : '../produce/worker.js', import.meta.url);
}

/** Nothing that makes a layer may look at the environment; only Node itself is told where compiled code is kept. */
function threadEnvironment(): Record<string, string> {
  // Node has put a folder for its own version below the one that it was given.
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: dirname(directory) };
}

/**
 * What layers are made of passes quickly: more room for young objects only lets garbage pile up, 40 MB per thread. The nearer the limit for old
 * objects, the earlier garbage among them is collected; the lists of a wheel with 200,000 files, the most that is allowed, take half of it.
 */
const resourceLimits = { stackSizeMb, maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 512 };

/**
 * The same for the thread that downloads, whose limits can't be set: room for young objects grows no more, else to 48 MB. Only a hint to the
 * engine; where it is not understood, nothing changes.
 */
function keepYoungSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

interface Task {
  readonly job: Job;
  readonly weight: number;
  readonly done: PromiseWithResolvers<Made>;
  /** Interpreters that died of it. */
  crashes: number;
}

function stopped(): ToolError {
  return new ToolError('INTERRUPTED', 'stopped while making layers');
}

/** A set of worker threads, started when there is work; heavy jobs first. */
export class LayerPool {
  readonly #size: number;
  readonly #file: URL;
  readonly #waiting: Task[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Task>();
  #closing: Promise<void> | undefined;

  /** `file`: what threads run. */
  constructor(size: number, file: URL = workerFile()) {
    keepYoungSmall();
    this.#size = Math.max(1, size);
    this.#file = file;
  }

  /** Starts `threads` threads, if they are not there yet, and lets them boot an interpreter while its first sources are on their way. */
  warm(interpreter: Interpreter, { store, threads }: { readonly store: string; readonly threads: number }): void {
    while (this.#closing === undefined && this.#busy.size + this.#idle.length < Math.min(threads, this.#size))
      this.#idle.push(this.#start());
    for (const worker of [...this.#idle, ...this.#busy.keys()]) worker.postMessage({ warm: { interpreter, store } } satisfies Order);
  }

  /** Makes a layer; `weight` is a guess of its bytes. */
  make(job: Job, weight: number): Promise<Made> {
    if (this.#closing !== undefined) return Promise.reject(stopped());
    const task: Task = { job, weight, done: Promise.withResolvers<Made>(), crashes: 0 };
    this.#waiting.push(task);
    this.#dispatch();
    return task.done.promise;
  }

  /** Stops all threads at once and removes the files that they were writing; settles when that is done, however often it is called. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const task of this.#waiting.splice(0)) task.done.reject(stopped());
    const cut = [...this.#busy];
    await Promise.all([...this.#idle.splice(0), ...this.#busy.keys()].map((worker) => worker.terminate()));
    await Promise.all(cut.map(([, task]) => rm(task.job.temporary, { force: true })));
    for (const [, task] of cut) task.done.reject(stopped());
  }

  #dispatch(): void {
    this.#waiting.sort((a, b) => b.weight - a.weight);
    while (this.#closing === undefined && this.#waiting.length > 0) {
      const isFull = this.#idle.length === 0 && this.#busy.size >= this.#size;
      const task = isFull ? undefined : this.#waiting.shift();
      if (task === undefined) return;
      const worker = this.#idle.pop() ?? this.#start();
      this.#busy.set(worker, task);
      worker.postMessage({ job: task.job } satisfies Order);
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#file, { env: threadEnvironment(), execArgv: [], resourceLimits });
    worker.on('message', (answer: Answer) => this.#finish(worker, answer));
    worker.on('error', (error) => this.#fail(worker, error));
    worker.on('exit', () => this.#fail(worker, new Error('the thread ended')));
    return worker;
  }

  #finish(worker: Worker, answer: Answer): void {
    const task = this.#busy.get(worker);
    this.#busy.delete(worker);
    if ('crashed' in answer) this.#repeat(worker, task, answer.crashed);
    else this.#idle.push(worker);
    if ('made' in answer) task?.done.resolve(answer.made);
    if ('error' in answer) task?.done.reject(fromWire(answer.error));
    this.#dispatch();
  }

  /** The thread's interpreter is broken, perhaps by what it did before: another one gets a second chance. */
  #repeat(worker: Worker, task: Task | undefined, path: string): void {
    void worker.terminate();
    if (task === undefined) return;
    task.crashes += 1;
    if (task.crashes === 1) this.#waiting.push(task);
    else task.done.reject(crashedTwice(path));
  }

  #fail(worker: Worker, cause: Error): void {
    const task = this.#busy.get(worker);
    this.#busy.delete(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    if (task === undefined || this.#closing !== undefined) return;
    task.done.reject(new ToolError('INTERNAL', `a worker thread failed: ${cause.message}`, { cause }));
    void rm(task.job.temporary, { force: true });
    this.#dispatch();
  }
}
