import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import e2e from './vitest.e2e.config.ts';
import oracle from './vitest.oracle.config.ts';

/**
 * Everything that needs peers, in one run: while some files wait for a daemon, an index or a disk, others use the processors. Nothing is shared but
 * what `test/e2e/once.ts` makes, stores and caches that are safe for many, and the kernel: each daemon has directories and a port of its own.
 */
export default defineConfig({
  test: {
    ...e2e.test,
    include: [...(oracle.test?.include ?? []), ...(e2e.test?.include ?? [])],
    globalSetup: ['test/oracle/setup.ts', 'test/e2e/shared.ts'],
    fileParallelism: true,
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
