import { defineConfig } from 'vitest/config';

/** End-to-end tests against real peers; `scripts/setup-e2e` installs them. One file at a time: daemons and ports are shared. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
