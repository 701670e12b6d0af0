import { defineConfig } from 'vitest/config';

/** The long forms of end-to-end tests; `scripts/soak` runs them and writes a dated report. */
export default defineConfig({
  test: {
    include: ['test/soak/**/*.test.ts'],
    fileParallelism: false,
    globalSetup: ['test/e2e/shared.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
