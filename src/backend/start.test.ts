import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { privateFolder } from '../store/index.ts';
import { buildWheel } from './build.ts';
import { backendContext, ownBackend } from './fixture.ts';
import { startBackend } from './start.ts';

it('keeps one memory, and only one that it asked for; builds without one that does not start', { timeout: 120_000 }, async () => {
  const { remove, ...ctx } = await backendContext();
  try {
    const job = ownBackend('return 0');
    const keep = async (memories: readonly string[]) => {
      const { child, keep: keepOne } = await startBackend(job, ctx, '0');
      await child.stop();
      const kept: boolean[] = [];
      for (const memory of memories) kept.push(await keepOne(Buffer.from(memory)));
      return kept;
    };
    expect(await keep(['no memory', 'of a package'])).toEqual([true, false]);
    expect(await keep(['of a package'])).toEqual([false]);
    expect((await buildWheel(job, ctx)).name).toBe('demo-1.0-py3-none-any.whl');
    expect(readdirSync(await privateFolder(ctx.store.directory, 'snapshots'))).toHaveLength(1);
  } finally {
    await remove();
  }
});
