import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { defineConfig, type Plugin } from 'rolldown';
import { takeBuiltins } from './scripts/builtins.ts';

/** Puts every module of assembly/checksums.txt where `loadWasm` looks for it: `src/inflate/inflate.wasm` becomes `dist/inflate/inflate.wasm`; the library where `compiledLibrary` does; a release's defaults where `packagedDefaults` does. */
const assets: Plugin = {
  name: 'assets',
  generateBundle() {
    for (const [, fileName] of readFileSync('assembly/checksums.txt', 'utf8').matchAll(/^\S+ {2}src\/(.+)$/gm)) {
      if (fileName !== undefined) this.emitFile({ type: 'asset', fileName, source: readFileSync(`src/${fileName}`) });
    }
    this.emitFile({ type: 'asset', fileName: 'bytecode/library.zip', source: readFileSync('src/bytecode/library.zip') });
    const defaults = 'src/defaults.json';
    if (existsSync(defaults)) this.emitFile({ type: 'asset', fileName: 'defaults.json', source: readFileSync(defaults) });
  },
};

/** Works on finished chunks and keeps lines where they are, for the source maps. */
const builtins: Plugin = {
  name: 'builtins',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = takeBuiltins(chunk.code);
  },
};

// Three entries, because worker threads and build backends start from files of their own. `openpgp` and `pyodide` stay outside (DESIGN §6, §10).
export default defineConfig({
  input: { 'cli/main': 'src/cli/main.ts', 'produce/worker': 'src/produce/worker.ts', 'backend/inside': 'src/backend/inside/main.ts' },
  platform: 'node',
  external: [...builtinModules, /^node:/, 'openpgp', 'pyodide'],
  plugins: [assets, builtins],
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    sourcemap: true,
  },
});
