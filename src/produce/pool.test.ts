import { afterEach, describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import type { Job } from './job.ts';
import { LayerPool } from './pool.ts';

/** A thread that makes nothing: it answers with what the job's `store` says, after as many orders as it was given. */
const thread = new URL(
  `data:text/javascript,${encodeURIComponent(`
import { parentPort, threadId } from 'node:worker_threads';
let warmed = 0;
parentPort.on('message', (order) => {
  if (order.warm) return void warmed++;
  const { store } = order.job;
  if (store === 'ends') process.exit(0);
  if (store === 'throws') throw new Error('a bug');
  if (store === 'waits') return;
  if (store === 'crashes') return parentPort.postMessage({ crashed: '/app/deep.py' });
  if (store === 'fails') return parentPort.postMessage({ error: { code: 'WHEEL_RECORD', message: 'wrong', details: ['row'] } });
  parentPort.postMessage({ made: { layer: { threadId, warmed }, files: [] } });
});`)}`,
);

const pools: LayerPool[] = [];
function pool(size = 2): LayerPool {
  const made = new LayerPool(size, thread);
  pools.push(made);
  return made;
}
afterEach(() => Promise.all(pools.splice(0).map((item) => item.close())));

function job(store: string): Job {
  return {
    recipe: { kind: 'files', format: 2, entries: [] },
    store,
    temporary: '/nowhere/tmp',
    sources: { [digestOf('')]: { kind: 'text', text: '' } },
  } as unknown as Job;
}

const threadOf = async (made: Promise<{ readonly layer: unknown }>) => (await made).layer as { threadId: number; warmed: number };

describe('LayerPool', () => {
  it('gives jobs to no more threads than it has, and reuses them', async () => {
    const two = pool();
    const threads = new Set<number>();
    for (let i = 0; i < 3; i++) {
      const made = await Promise.all([0, 1, 2, 3].map(() => threadOf(two.make(job('makes'), 1))));
      for (const { threadId } of made) threads.add(threadId);
    }
    expect(threads.size).toBeLessThanOrEqual(2);
  });

  it('warms the threads that will be needed, before they have a job', async () => {
    const one = pool(1);
    one.warm({ minor: '3.13', directory: '/nowhere' }, { store: '/nowhere', threads: 4 });
    expect(await threadOf(one.make(job('makes'), 1))).toMatchObject({ warmed: 1 });
  });

  it('closes once, and lets everyone wait for it', async () => {
    const one = pool(1);
    const made = one.make(job('waits'), 1);
    const closing = one.close();
    expect(one.close()).toBe(closing);
    await expect(made).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await closing;
    await expect(one.make(job('makes'), 1)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('passes on an error with its code, and goes on', async () => {
    const one = pool(1);
    await expect(one.make(job('fails'), 1)).rejects.toMatchObject({ code: 'WHEEL_RECORD', message: 'wrong', details: ['row'] });
    await expect(one.make(job('makes'), 1)).resolves.toBeDefined();
  });

  it.each(['ends', 'throws'])('reports a thread that %s, and goes on in another', async (what) => {
    const one = pool(1);
    await expect(one.make(job(what), 1)).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(one.make(job('makes'), 1)).resolves.toBeDefined();
  });

  it('tries a job again in a new thread when its interpreter died, and then names the file', async () => {
    const one = pool(1);
    const before = await threadOf(one.make(job('makes'), 1));
    await expect(one.make(job('crashes'), 1)).rejects.toMatchObject({
      code: 'BYTECODE_CRASHED',
      message: expect.stringContaining('/app/deep.py') as string,
    });
    const after = await threadOf(one.make(job('makes'), 1));
    // One thread for the first try, one for the second, and a new one after that.
    expect(after.threadId).toBe(before.threadId + 2);
  });

  it('stops what runs and what waits when it is closed', async () => {
    const one = pool(1);
    const all = [one.make(job('waits'), 1), one.make(job('makes'), 1)];
    const settled = Promise.allSettled(all);
    await one.close();
    for (const result of await settled) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'INTERRUPTED' } });
    await expect(one.make(job('makes'), 1)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
