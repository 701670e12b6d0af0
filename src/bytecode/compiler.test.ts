import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../store/index.ts';
import { bundledInterpreter } from './bundled.ts';
import type { Compiler } from './compiler.ts';
import { bundledMinor } from './interpreters.ts';
import { stackSizeMb } from './stack.ts';
import { bootCompiler } from './start.ts';

let store: string;
let compiler: Compiler;

beforeAll(async () => {
  store = mkdtempSync(join(tmpdir(), 'wherry-bytecode-'));
  await openStore({ env: {}, directory: store });
  compiler = await bootCompiler({ minor: bundledMinor, directory: bundledInterpreter(), store });
});

afterAll(() => {
  rmSync(store, { recursive: true, force: true });
});

const compile = (source: string | Uint8Array, path = '/app/a.py') =>
  compiler.compile(typeof source === 'string' ? Buffer.from(source) : source, path, 'unchecked-hash');

/** Boots in a thread whose stack has so many MiB, from the stored memory, and compiles the sources in turn. */
function inThread(stackSizeMb: number, sources: readonly string[]): Promise<string[]> {
  const index = new URL('./index.ts', import.meta.url).href;
  const place = { minor: bundledMinor, directory: bundledInterpreter(), store };
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.index).then(async ({ bootCompiler }) => {
      const compiler = await bootCompiler(workerData.place);
      parentPort.postMessage(workerData.sources.map((source) => {
        try {
          return compiler.compile(Buffer.from(source), '/deep.py', 'unchecked-hash') === undefined ? 'none' : 'compiled';
        } catch (error) {
          return error.name + ' ' + error.path;
        }
      }));
    });`;
  return new Promise((done, fail) => {
    const worker = new Worker(code, { eval: true, workerData: { index, place, sources }, execArgv: [], resourceLimits: { stackSizeMb } });
    worker.once('message', (answer: string[]) => void worker.terminate().then(() => done(answer)));
    worker.once('error', fail);
  });
}

describe('deep expressions', () => {
  const sum = (terms: number) => Array(terms).fill('a').join('+');

  it('compile as far as CPython counts, and get no .pyc beyond', async () => {
    expect(await inThread(stackSizeMb, [sum(8000), sum(30_000), `${'-'.repeat(20_000)}1`, 'x = 1'])).toEqual([
      'compiled',
      'none',
      'none',
      'compiled',
    ]);
  });

  it('crash a thread whose stack is too small, for good', async () => {
    expect(await inThread(1, ['x = 1', sum(8000), 'x = 1'])).toEqual(['compiled', 'CompilerCrashed /deep.py', 'CompilerCrashed /deep.py']);
  });
});

describe('bootCompiler', () => {
  const refused = (place: object) =>
    expect(bootCompiler({ minor: bundledMinor, directory: bundledInterpreter(), store, ...place })).rejects;

  it('starts from the stored memory of the first start, with equal results', async () => {
    const [name] = await readdir(join(store, 'snapshots-v1'));
    const path = join(store, 'snapshots-v1', `${name}`);
    const before = await stat(path);
    const other = await bootCompiler({ minor: bundledMinor, directory: bundledInterpreter(), store });
    const source = Buffer.from('def f(a, *, b=1.5):\n    return {a, "x", (1, 2)}\n');
    expect(other.compile(source, '/f.py', 'checked-hash')).toEqual(compiler.compile(source, '/f.py', 'checked-hash'));
    expect((await stat(path)).ino).toBe(before.ino);
    expect(await readdir(join(store, 'snapshots-v1'))).toEqual([name]);
  });

  it('refuses files of another version, absent ones and broken ones', async () => {
    await refused({ minor: '3.12' }).toMatchObject({ code: 'BYTECODE_INTERPRETER', message: expect.stringContaining('instead of') });
    await refused({ directory: store }).toMatchObject({ code: 'BYTECODE_INTERPRETER' });
    await refused({ minor: '3.9' }).toThrow(TypeError);
    const broken = join(store, 'broken');
    await mkdir(broken);
    for (const name of await readdir(bundledInterpreter())) await symlink(join(bundledInterpreter(), name), join(broken, name));
    await rm(join(broken, 'pyodide.asm.wasm'));
    await writeFile(join(broken, 'pyodide.asm.wasm'), 'damaged');
    await refused({ directory: broken, store: join(store, 'other') }).toMatchObject({ code: 'BYTECODE_INTERPRETER' });
  });
});

describe('compile', () => {
  it('writes the header of PEP 552, with the hash that the import system compares', () => {
    const source = Buffer.from('x = 1\n');
    const unchecked = Buffer.from(compiler.compile(source, '/app/a.py', 'unchecked-hash') ?? []);
    const checked = Buffer.from(compiler.compile(source, '/app/a.py', 'checked-hash') ?? []);
    // importlib.util.source_hash(b'x = 1\n') of CPython 3.13.
    const hash = 'e786e2893651120e';
    expect(unchecked.toString('hex', 0, 16)).toBe(`f30d0d0a01000000${hash}`);
    expect(checked.toString('hex', 0, 16)).toBe(`f30d0d0a03000000${hash}`);
    expect(checked.subarray(16)).toEqual(unchecked.subarray(16));
    expect(unchecked.includes('/app/a.py')).toBe(true);
  });

  it('compiles an empty file, and one that is larger than the buffer, as is its code', () => {
    expect(compile('')?.length).toBeGreaterThan(16);
    const large = `x = "${'abcdefgh'.repeat(150_000)}"\n`;
    expect(compile(large)?.length).toBeGreaterThan(1_200_000);
    expect(compile(`${large}# ${large}`)?.length).toBe(compile(large)?.length);
    expect(compile('x = 1\n')?.length).toBeLessThan(1000);
  });

  it.each([
    ['a syntax error', 'print "x"\n'],
    ['a null byte', 'x = "\0"\n'],
    ['an unknown encoding', '# coding: no-such-codec\nx = 1\n'],
    ['a byte that is not UTF-8', Buffer.from([0x78, 0x3d, 0x22, 0xff, 0x22])],
    ['too many parentheses', `${'('.repeat(300)}1${')'.repeat(300)}`],
    ['too many levels for marshal', `f = ${'lambda: '.repeat(1000)}0`],
  ])('writes nothing for %s, as compileall', (_what, source) => {
    expect(compile(source)).toBeUndefined();
    expect(compile('x = 1\n')).toBeDefined();
  });

  it('is silent about what the compiler warns of', () => {
    expect(compile('x = "\\d"\ny = x is 1\n')).toBeDefined();
  });

  it('writes nothing above 16 MiB', () => {
    expect(compile(new Uint8Array(16 * 1024 * 1024 + 1).fill(0x23))).toBeUndefined();
  });
});
