import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, spool } from './index.ts';

const signal = new AbortController().signal;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-spool-'));
  await openStore({ env: {}, directory });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const left = () => readdir(join(directory, 'tmp'));

describe('spool', () => {
  it('keeps a stream in a file of its owner alone, until it is removed', async () => {
    const { path, remove } = await spool(directory, Readable.from([Buffer.from('one '), Buffer.from('two')]), signal);
    expect(await readFile(path, 'utf8')).toBe('one two');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    remove();
    expect(await left()).toEqual([]);
  });

  it('is no leftover of the process that made it, as long as that lives', async () => {
    const { path } = await spool(directory, Readable.from([Buffer.from('x')]), signal);
    await openStore({ env: {}, directory });
    expect(await readFile(path, 'utf8')).toBe('x');
  });

  it('passes the fault of the stream on, and leaves nothing', async () => {
    const broken = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    const content = Readable.from(
      (async function* () {
        yield Buffer.from('x');
        throw broken;
      })(),
    );
    await expect(spool(directory, content, signal)).rejects.toBe(broken);
    expect(await left()).toEqual([]);
  });

  it('names the disk as the fault', async () => {
    await rm(join(directory, 'tmp'), { recursive: true });
    await expect(spool(directory, Readable.from([Buffer.from('x')]), signal)).rejects.toMatchObject({ code: 'STORE_UNUSABLE' });
  });

  it('stops at an abort', async () => {
    const stopped = spool(directory, Readable.from([Buffer.from('x')]), AbortSignal.abort());
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(await left()).toEqual([]);
  });
});
