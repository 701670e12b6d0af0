import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storePaths } from './directory.ts';
import { temporaryPath } from './disk.ts';
import {
  isWholeFolder,
  lockPrivate,
  openStore,
  placeFolder,
  privateFolder,
  pruneStore,
  readSealed,
  sizeOfStore,
  verifyStore,
  writeSealed,
} from './index.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-private-'));
  await openStore({ env: {}, directory });
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const files = new Map([
  ['a', Buffer.from('one')],
  ['b', Buffer.from('two')],
]);

async function placed(): Promise<string> {
  const target = join(await privateFolder(directory, 'interpreters'), 'x');
  await placeFolder(directory, target, files);
  return target;
}

describe('privateFolder', () => {
  it('keeps a folder of its own and replaces one that others could have written to', async () => {
    const folder = await privateFolder(directory, 'snapshots');
    await writeFile(join(folder, 'mine'), '');
    expect(await readdir(await privateFolder(directory, 'snapshots'))).toEqual(['mine']);
    await chmod(folder, 0o770);
    expect(await readdir(await privateFolder(directory, 'snapshots'))).toEqual([]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });

  it('replaces what is no folder', async () => {
    const elsewhere = join(directory, 'elsewhere');
    await mkdir(elsewhere, { mode: 0o700 });
    await writeFile(join(elsewhere, 'kept'), '');
    await symlink(elsewhere, join(directory, 'snapshots-v1'));
    expect(await readdir(await privateFolder(directory, 'snapshots'))).toEqual([]);
    expect(await readdir(elsewhere)).toEqual(['kept']);
  });
});

describe('sealed files', () => {
  it('give their bytes back, or nothing', async () => {
    const path = join(await privateFolder(directory, 'snapshots'), 'x');
    expect(readSealed(path)).toBeUndefined();
    await writeSealed(directory, path, Buffer.from('memory'));
    const bytes = readSealed(path);
    expect(Buffer.from(bytes ?? []).toString()).toBe('memory');
    expect((bytes?.byteOffset ?? 1) % 8).toBe(0);
    await writeFile(path, Buffer.concat([(await readFile(path)).subarray(0, -1), Buffer.from('!')]));
    expect((await verifyStore(directory)).problems).toEqual(['stored memory x is damaged']);
    expect(readSealed(path)).toBeUndefined();
    expect((await verifyStore(directory)).problems).toEqual([]);
  });
});

describe('placed folders', () => {
  it('are whole or gone', async () => {
    const target = await placed();
    await placeFolder(directory, target, new Map([['c', Buffer.from('late')]]));
    expect((await readdir(target)).sort()).toEqual(['a', 'b', 'files.json']);
    expect(await isWholeFolder(directory, target)).toBe(true);
    expect((await stat(target)).mode & 0o777).toBe(0o700);
    await writeFile(join(target, 'a'), 'oNe');
    expect((await verifyStore(directory)).problems).toEqual(['interpreter x is damaged']);
    expect(await isWholeFolder(directory, target)).toBe(false);
    expect(await readdir(join(directory, 'interpreters-v1'))).toEqual([]);
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
    expect(await isWholeFolder(directory, await placed())).toBe(true);
  });

  it.each([
    ['a lost file', (target: string) => rm(join(target, 'b'))],
    ['one more file', (target: string) => writeFile(join(target, 'c'), '')],
    ['no list', (target: string) => rm(join(target, 'files.json'))],
  ])('are damaged by %s', async (_what, damage) => {
    const target = await placed();
    await damage(target);
    expect(await isWholeFolder(directory, target)).toBe(false);
  });

  it('are counted and pruned as a whole, and not while they are in use', async () => {
    const target = await placed();
    await writeSealed(directory, join(await privateFolder(directory, 'snapshots'), 'x'), Buffer.from('memory'));
    expect(await sizeOfStore(directory)).toMatchObject({ interpreters: 1, snapshots: 1 });
    for (const name of ['a', 'b', 'files.json']) await utimes(join(target, name), 1, 1);
    await isWholeFolder(directory, target);
    expect((await pruneStore(directory)).files).toBe(0);
    for (const name of ['a', 'b', 'files.json']) await utimes(join(target, name), 1, 1);
    expect((await pruneStore(directory)).files).toBe(3);
    expect(await sizeOfStore(directory)).toMatchObject({ interpreters: 0, snapshots: 1 });
    expect((await pruneStore(directory, { all: true })).files).toBe(1);
  });
});

describe('lockPrivate', () => {
  const take = (path: string, patience = 0) => lockPrivate(path, { directory, isDone: async () => false, patience });

  it('is held by one until it is released', async () => {
    const path = join(await privateFolder(directory, 'snapshots'), 'x.lock');
    const release = await take(path);
    expect(await take(path)).toBeUndefined();
    await release?.();
    expect(await readdir(join(directory, 'snapshots-v1'))).toEqual([]);
    expect(await take(path)).toBeDefined();
  });

  it('is taken over from a dead process, whose late release changes nothing', async () => {
    const path = join(await privateFolder(directory, 'snapshots'), 'x.lock');
    const dead = temporaryPath(storePaths(directory)).replace(/.*\//, '').replace(/-\d+-/, '-999999999-');
    const first = await take(path);
    await writeFile(path, dead);
    expect(await take(path, 1000)).toBeDefined();
    await first?.();
    expect(await readdir(join(directory, 'snapshots-v1'))).toEqual(['x.lock']);
  });

  it('ends at once when the work is done', async () => {
    const path = join(await privateFolder(directory, 'snapshots'), 'x.lock');
    await take(path);
    expect(await lockPrivate(path, { directory, isDone: async () => true, patience: 60_000 })).toBeUndefined();
  });
});
