import { execFileSync } from 'node:child_process';
import { defineConfig } from 'vitest/config';

/** Where this machine's npm gets packages: interpreters that compile for other Pythons than the default come from there. */
const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();

/** End-to-end tests against real peers; `scripts/setup-e2e` installs them. One file at a time: daemons and ports are shared. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    fileParallelism: false,
    globalSetup: ['test/e2e/shared.ts'],
    env: { npm_config_registry: registry },
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
