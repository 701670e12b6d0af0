import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledInterpreter } from './bundled.ts';
import type { Compiler } from './compiler.ts';
import { bundledMinor } from './interpreters.ts';
import { bootCompiler } from './start.ts';

let store: string;
let compiler: Compiler;

beforeAll(async () => {
  store = mkdtempSync(join(tmpdir(), 'wherry-bytecode-'));
  compiler = await bootCompiler({ minor: bundledMinor, directory: bundledInterpreter(), store });
});

afterAll(() => {
  rmSync(store, { recursive: true, force: true });
});

const compile = (source: string | Uint8Array, path = '/app/a.py') =>
  compiler.compile(typeof source === 'string' ? Buffer.from(source) : source, path, 'unchecked-hash');

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
    const large = Array.from({ length: 60_000 }, (_, i) => `name${i} = ${i}`).join('\n');
    expect(large.length).toBeGreaterThan(1024 * 1024);
    expect(compile(large)?.length).toBeGreaterThan(1024 * 1024);
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
