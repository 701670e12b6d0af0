import { execFileSync } from 'node:child_process';
import { defineConfig } from 'vitest/config';

/** Where this machine's npm gets packages: interpreters for other Pythons than the default come from there. */
const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();

/** The long forms of end-to-end tests; `scripts/soak` runs them and writes a dated report. */
export default defineConfig({
  test: {
    include: ['test/soak/**/*.test.ts'],
    fileParallelism: false,
    env: { npm_config_registry: registry },
    globalSetup: ['test/e2e/shared.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
