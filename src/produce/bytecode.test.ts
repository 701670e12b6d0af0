import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../digest.ts';
import type { Bytecode, FileEntry, FilesRecipe, WheelsRecipe } from '../plan/recipe.ts';
import { openStore } from '../store/index.ts';
import { rememberingCompiler, wantedMinor } from './bytecode.ts';

let store: string;
beforeEach(async () => {
  store = join(mkdtempSync(join(tmpdir(), 'wherry-bytecode-')), 'store');
  await openStore({ env: {}, directory: store });
});
afterEach(() => rmSync(join(store, '..'), { recursive: true, force: true }));

const checked: Bytecode = { mode: 'checked-hash', compiler: '3.13.2' };

function recipe(files: Readonly<Record<string, string>>, bytecode?: Bytecode): FilesRecipe {
  const entries: FileEntry[] = Object.entries(files).map(([path, text]) => ({
    type: 'file',
    path,
    sha256: digestOf(text),
    size: text.length,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
  }));
  return { kind: 'files', format: 2, entries, ...(bytecode === undefined ? {} : { bytecode }) };
}

const fresh = { compile: vi.fn((source: Uint8Array) => (source.length === 0 ? undefined : Uint8Array.of(source.length))) };
const remembering = () => rememberingCompiler(() => fresh, { store, bytecode: checked });

describe('wantedMinor', () => {
  const wheels = (bytecode: WheelsRecipe['bytecode']): WheelsRecipe => ({
    kind: 'wheels',
    format: 2,
    venv: '/app/.venv',
    pythonMinor: '3.13',
    bytecode,
    wheels: [],
  });

  it('is none without bytecode', () => {
    expect(wantedMinor(wheels('none'), store)).toBeUndefined();
    expect(wantedMinor(recipe({ 'app/a.py': 'a' }), store)).toBeUndefined();
  });

  it('is that of the compiler for wheels', () => {
    expect(wantedMinor(wheels({ mode: 'unchecked-hash', compiler: '3.12.7' }), store)).toBe('3.12');
  });

  it('is none for files as soon as the store knows all of their bytecode', () => {
    const files = recipe({ 'app/a.py': 'a', 'app/b.py': 'b', 'app/c.txt': 'c' }, checked);
    expect(wantedMinor(files, store)).toBe('3.13');
    remembering().compile(Buffer.from('a'), '/app/a.py', 'checked-hash');
    expect(wantedMinor(files, store)).toBe('3.13');
    remembering().compile(Buffer.from('b'), '/app/b.py', 'checked-hash');
    expect(wantedMinor(files, store)).toBeUndefined();
  });

  it.each([
    ['another text', { 'app/a.py': 'A' }, checked],
    ['another path, which tracebacks name', { 'srv/a.py': 'a' }, checked],
    ['another way of checking', { 'app/a.py': 'a' }, { ...checked, mode: 'unchecked-hash' }],
    ['another compiler', { 'app/a.py': 'a' }, { ...checked, compiler: '3.13.3' }],
  ] as const)('asks again for %s', (_what, files, bytecode) => {
    remembering().compile(Buffer.from('a'), '/app/a.py', 'checked-hash');
    expect(wantedMinor(recipe({ 'app/a.py': 'a' }, checked), store)).toBeUndefined();
    expect(wantedMinor(recipe(files, bytecode), store)).toBe('3.13');
  });
});

describe('rememberingCompiler', () => {
  it('compiles a source once, also one that has no bytecode', () => {
    fresh.compile.mockClear();
    for (let i = 0; i < 2; i++) {
      expect(remembering().compile(Buffer.from('abc'), '/app/a.py', 'checked-hash')).satisfy(
        (bytes: Uint8Array) => bytes[0] === 3 && bytes.length === 1,
      );
      expect(remembering().compile(new Uint8Array(0), '/app/b.py', 'checked-hash')).toBeUndefined();
    }
    expect(fresh.compile).toHaveBeenCalledTimes(2);
  });
});
