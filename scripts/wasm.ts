// Compiles the AssemblyScript modules of assembly/ into the folders that use them. `--check` compiles everything anew and compares with
// assembly/checksums.txt: the same sources give the same bytes on every machine. `--accept` writes that file after a change of the sources.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, stderr } from 'node:process';
import asc from 'assemblyscript/asc';

const root = join(import.meta.dirname, '..');
const checksums = join(root, 'assembly/checksums.txt');

/** Source below assembly/ and where its module goes. */
const modules: readonly (readonly [source: string, output: string])[] = [
  ['deflate.ts', 'src/gzip/deflate.wasm'],
  ['inflate.ts', 'src/inflate/inflate.wasm'],
];

const options = ['--runtime', 'stub', '-O3', '--noAssert', '--use', 'abort='];

/** Functions cannot be decorated in TypeScript, as other tools read these files, so `// @inline` stands for AssemblyScript's decorator. */
function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8').replace(/^\/\/ @inline$/gm, '@inline') : null;
}

/** The module's bytes. The compiler is pinned, and neither paths nor times enter its output. */
async function compile(source: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr: messages } = await asc.main([source, '--outFile', 'module.wasm', ...options], {
    readFile: (name, base) => textOf(join(root, 'assembly', base, name)),
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
    listFiles: () => null,
  });
  if (error !== null || binary === undefined) throw new Error(`assembly/${source} does not compile\n${messages.toString()}`);
  return binary;
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function known(): Map<string, string> {
  const lines = readFileSync(checksums, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => line.split('  ') as [string, string]).map(([sum, file]) => [file, sum]));
}

async function main(): Promise<number> {
  const expected = known();
  const made: string[] = [];
  for (const [source, output] of modules) {
    const path = join(root, output);
    const isFresh = existsSync(path) && hash(readFileSync(path)) === expected.get(output);
    if (isFresh && argv.length < 3) continue;
    const binary = await compile(source);
    made.push(`${hash(binary)}  ${output}\n`);
    if (!argv.includes('--accept') && hash(binary) !== expected.get(output)) {
      stderr.write(`${output}: not the bytes of assembly/checksums.txt; after a change of the sources run \`npm run wasm -- --accept\`\n`);
      return 1;
    }
    if (argv.includes('--check')) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, binary);
  }
  if (argv.includes('--accept')) writeFileSync(checksums, made.join(''));
  return 0;
}

process.exitCode = await main();
