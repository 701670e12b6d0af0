import { parentPort } from 'node:worker_threads';
import type { Compiler } from '../bytecode/index.ts';
import type { Interpreter } from './job.ts';
import { type Answer, type Order, toWire } from './wire.ts';

// The entry of a worker thread: one job, one answer, in turn. An interpreter stays for the jobs that follow.
const compilers = new Map<string, Promise<Compiler>>();

function compilerOf(interpreter: Interpreter, store: string): Promise<Compiler> {
  const known = compilers.get(interpreter.minor);
  if (known !== undefined) return known;
  const booting = import('../bytecode/start.ts').then(({ bootCompiler }) => bootCompiler({ ...interpreter, store }));
  compilers.set(interpreter.minor, booting);
  // Whoever needs it learns of a failure.
  booting.catch(() => undefined);
  return booting;
}

async function obey(order: Order): Promise<void> {
  if ('warm' in order) return void compilerOf(order.warm.interpreter, order.warm.store);
  // Loaded while an interpreter boots, not before.
  const { makeLayer } = await import('./make.ts');
  const answer: Answer = await makeLayer(order.job, compilerOf).then((made) => ({ made }), toWire);
  parentPort?.postMessage(answer);
}

parentPort?.on('message', (order: Order) => void obey(order));
