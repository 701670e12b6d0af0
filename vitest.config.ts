import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Left to itself, vitest leaves one processor unused.
    maxWorkers: '100%',
    // A process for each of 200 files would take a third of the time. So no file may leave anything behind: variables, mocks, listeners.
    isolate: false,
    include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/{faults,registry}/*.test.ts'],
    testTimeout: 30_000,
    // Interpreters start in some of them, which takes long where the machine is busy.
    hookTimeout: 60_000,
  },
});
