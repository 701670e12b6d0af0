import { parentPort } from 'node:worker_threads';
import type { Job } from './job.ts';
import { makeLayer } from './make.ts';
import { type Answer, toWire } from './wire.ts';

// The entry of a worker thread: one job, one answer, in turn.
parentPort?.on('message', (job: Job) => {
  makeLayer(job).then(
    (made) => parentPort?.postMessage({ made } satisfies Answer),
    (error: unknown) => parentPort?.postMessage({ error: toWire(error) } satisfies Answer),
  );
});
