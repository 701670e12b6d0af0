import { defineConfig } from 'vitest/config';

/** Comparisons with other implementations; they need Python and its packages, so they are not part of `npm run check`. */
export default defineConfig({
  test: {
    include: ['test/oracle/**/*.test.ts'],
    globalSetup: ['test/oracle/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
