import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storePaths } from './directory.ts';
import { openStore } from './open.ts';
import { openScratch } from './scratch.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-scratch-'));
  await openStore({ env: {}, directory });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('openScratch', () => {
  it('gives back what was written, at any place and in pieces', () => {
    const scratch = openScratch(directory);
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, i) => i % 251));
    scratch.write(bytes.subarray(0, 10));
    scratch.write(bytes.subarray(10));
    expect(scratch.size).toBe(bytes.length);
    expect(Buffer.from(scratch.read(5, 20)).equals(bytes.subarray(5, 25))).toBe(true);
    const pieces = Array.from(scratch.pieces(3, 600_000), (piece) => Buffer.from(piece));
    expect(Buffer.concat(pieces).equals(bytes.subarray(3, 600_003))).toBe(true);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(256 * 1024);
    expect([...scratch.pieces(7, 0)]).toEqual([]);
    scratch.close();
  });

  it('gives nothing that was not written', () => {
    const scratch = openScratch(directory);
    scratch.write(Buffer.from('abc'));
    expect(() => scratch.read(1, 3)).toThrow(RangeError);
    expect(() => [...scratch.pieces(1, 3)]).toThrow(RangeError);
    scratch.close();
  });

  it('has no name, even while it is open', async () => {
    const scratch = openScratch(directory);
    scratch.write(Buffer.from('abc'));
    expect(await readdir(storePaths(directory).temporary)).toEqual([]);
    scratch.close();
  });

  it('names its cure where it can not be made', () => {
    expect(() => openScratch(join(directory, 'missing'))).toThrow(expect.objectContaining({ code: 'STORE_UNUSABLE' }));
  });
});
