import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { ToolError } from '../errors/index.ts';
import type { Job } from './job.ts';
import type { Made } from './make.ts';
import { type Answer, fromWire } from './wire.ts';

/**
 * The file that worker threads run: from sources worker.ts beside this file, else `dist/produce/worker.js`. The bundler makes that an entry
 * of its own and puts the chunk with this module one folder below `dist`, like the entries (rolldown.config.ts).
 */
function workerFile(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? './worker.ts' : '../produce/worker.js', import.meta.url);
}

interface Task {
  readonly job: Job;
  readonly weight: number;
  readonly done: PromiseWithResolvers<Made>;
}

function stopped(): ToolError {
  return new ToolError('INTERRUPTED', 'stopped while making layers');
}

/** A set of worker threads, started when there is work; heavy jobs first. */
export class LayerPool {
  private readonly size: number;
  private readonly waiting: Task[] = [];
  private readonly idle: Worker[] = [];
  private readonly busy = new Map<Worker, Task>();
  private closed = false;

  constructor(size: number) {
    this.size = Math.max(1, size);
  }

  /** Makes a layer; `weight` is a guess of its bytes. */
  make(job: Job, weight: number): Promise<Made> {
    if (this.closed) return Promise.reject(stopped());
    const task = { job, weight, done: Promise.withResolvers<Made>() };
    this.waiting.push(task);
    this.waiting.sort((a, b) => b.weight - a.weight);
    this.dispatch();
    return task.done.promise;
  }

  /** Stops all threads at once and removes the files that they were writing. */
  async close(): Promise<void> {
    this.closed = true;
    for (const task of this.waiting.splice(0)) task.done.reject(stopped());
    const cut = [...this.busy];
    await Promise.all([...this.idle.splice(0), ...this.busy.keys()].map((worker) => worker.terminate()));
    await Promise.all(cut.map(([, task]) => rm(task.job.temporary, { force: true })));
    for (const [, task] of cut) task.done.reject(stopped());
  }

  private dispatch(): void {
    while (!this.closed && this.waiting.length > 0) {
      const worker = this.idle.pop() ?? this.start();
      const task = worker && this.waiting.shift();
      if (worker === undefined || task === undefined) return;
      this.busy.set(worker, task);
      worker.postMessage(task.job);
    }
  }

  private start(): Worker | undefined {
    if (this.busy.size + this.idle.length >= this.size) return undefined;
    // Nothing that makes a layer may look at the environment or at flags of this process.
    const worker = new Worker(workerFile(), { env: {}, execArgv: [] });
    worker.on('message', (answer: Answer) => this.finish(worker, answer));
    worker.on('error', (error) => this.fail(worker, error));
    worker.on('exit', () => this.fail(worker, new Error('the thread ended')));
    return worker;
  }

  private finish(worker: Worker, answer: Answer): void {
    const task = this.busy.get(worker);
    this.busy.delete(worker);
    this.idle.push(worker);
    if ('made' in answer) task?.done.resolve(answer.made);
    else task?.done.reject(fromWire(answer.error));
    this.dispatch();
  }

  private fail(worker: Worker, cause: Error): void {
    const task = this.busy.get(worker);
    this.busy.delete(worker);
    const at = this.idle.indexOf(worker);
    if (at >= 0) this.idle.splice(at, 1);
    if (task === undefined || this.closed) return;
    task.done.reject(new ToolError('INTERNAL', `a worker thread failed: ${cause.message}`, { cause }));
    void rm(task.job.temporary, { force: true });
    this.dispatch();
  }
}
