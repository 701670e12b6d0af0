import { availableParallelism, totalmem } from 'node:os';

/** Memory that one thread is counted with. */
const threadMemory = 256 * 1024 * 1024;

/** Threads for layers on this machine: one per core, as far as a quarter of the memory carries them. */
export function defaultWorkers(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(1, Math.min(availableParallelism(), Math.floor(memory / 4 / threadMemory)));
}
