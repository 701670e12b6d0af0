import { builtinModules } from 'node:module';
import { defineConfig } from 'rolldown';

// Two entries, because worker threads start from a file of their own. `openpgp` stays outside (DESIGN §10).
export default defineConfig({
  input: { 'cli/main': 'src/cli/main.ts', 'produce/worker': 'src/produce/worker.ts' },
  platform: 'node',
  external: [...builtinModules, /^node:/, 'openpgp'],
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    sourcemap: true,
  },
});
