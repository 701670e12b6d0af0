import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCompiled, openStore, pruneStore, readCompiled, verifyStore, writeCompiled } from './index.ts';

let directory: string;
beforeEach(async () => {
  directory = join(mkdtempSync(join(tmpdir(), 'wherry-compiled-')), 'store');
  await openStore({ env: {}, directory });
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

const bytes = Uint8Array.of(1, 2, 3);

function onlyFile(): string {
  const folder = join(directory, 'compiled-v1');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
  expect(files).toHaveLength(1);
  return join(folder, files[0] as string);
}

describe('compiled sources in the store', () => {
  it('gives back what was written, and nothing under another key', () => {
    expect(hasCompiled(directory, 'key')).toBe(false);
    expect(readCompiled(directory, 'key')).toBeUndefined();
    writeCompiled(directory, 'key', bytes);
    expect(hasCompiled(directory, 'key')).toBe(true);
    expect(readCompiled(directory, 'key')).toEqual(Buffer.from(bytes));
    expect(readCompiled(directory, 'other')).toBeUndefined();
  });

  it('knows that a source has no bytecode', () => {
    writeCompiled(directory, 'key', null);
    expect(readCompiled(directory, 'key')).toBeNull();
  });

  it.each([
    ['cut', (file: Buffer) => file.subarray(0, 20)],
    ['cut to nothing', () => Buffer.alloc(0)],
    ['changed', (file: Buffer) => Buffer.concat([file.subarray(0, -1), Buffer.of(9)])],
  ])('removes a file that was %s', (_what, damage) => {
    writeCompiled(directory, 'key', bytes);
    writeFileSync(onlyFile(), damage(readFileSync(onlyFile())));
    expect(readCompiled(directory, 'key')).toBeUndefined();
    expect(hasCompiled(directory, 'key')).toBe(false);
  });

  it('notices a file that was moved to the place of another', () => {
    writeCompiled(directory, 'key', bytes);
    const moved = readFileSync(onlyFile());
    rmSync(onlyFile());
    writeCompiled(directory, 'other', Uint8Array.of(4));
    writeFileSync(onlyFile(), moved);
    expect(readCompiled(directory, 'other')).toBeUndefined();
  });

  it('keeps files to their owner, leaves no temporary file, and is part of what prune removes', async () => {
    writeCompiled(directory, 'key', bytes);
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
    expect((await verifyStore(directory)).problems).toEqual([]);
    await pruneStore(directory, { all: true });
    expect(hasCompiled(directory, 'key')).toBe(false);
  });

  it('goes on without a place to write', () => {
    rmSync(join(directory, 'tmp'), { recursive: true });
    writeCompiled(directory, 'key', bytes);
    expect(readCompiled(directory, 'key')).toBeUndefined();
  });
});
