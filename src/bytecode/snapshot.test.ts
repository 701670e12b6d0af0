import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, privateFolder } from '../store/index.ts';
import { interpreterFor } from './interpreters.ts';
import { startStored } from './snapshot.ts';
import { snapshotPath } from './start.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-snapshot-'));
  await openStore({ env: {}, directory });
  path = join(await privateFolder(directory, 'snapshots'), 'memory');
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** Starts of a machine whose memory is the word `memory`, or what it was started from. */
function machine(options: { readonly accepts?: (memory: string) => boolean; readonly delay?: Promise<void> } = {}) {
  const starts: string[] = [];
  const start = async (from: Uint8Array | 'storable' | 'fresh') => {
    const text = typeof from === 'string' ? from : `from ${Buffer.from(from)}`;
    starts.push(text);
    if (from === 'storable') await options.delay;
    if (typeof from !== 'string' && options.accepts?.(Buffer.from(from).toString()) === false) throw new RangeError('table index');
    return text;
  };
  return { starts, run: (patience = 5000) => startStored({ path, directory, patience }, { start, memoryOf: () => Buffer.from('memory') }) };
}

describe('startStored', () => {
  it('stores the memory of the first start, privately, and starts from it ever after', async () => {
    expect(await machine().run()).toBe('storable');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    const second = machine();
    expect(await second.run()).toBe('from memory');
    expect(second.starts).toEqual(['from memory']);
    expect(await readdir(join(directory, 'snapshots-v1'))).toEqual(['memory']);
  });

  it('makes a damaged memory anew without starting from it', async () => {
    await machine().run();
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = 0;
    await writeFile(path, bytes);
    const { run, starts } = machine();
    expect(await run()).toBe('storable');
    expect(starts).toEqual(['storable']);
    await writeFile(path, 'cut');
    expect(await machine().run()).toBe('storable');
    expect(await machine().run()).toBe('from memory');
  });

  it('makes a memory anew that does not start', async () => {
    await machine().run();
    const { run, starts } = machine({ accepts: () => false });
    expect(await run()).toBe('storable');
    expect(starts).toEqual(['from memory', 'storable']);
  });

  it('lets one make it and the others wait', async () => {
    const gate = Promise.withResolvers<void>();
    const first = machine({ delay: gate.promise });
    const one = first.run();
    while (first.starts.length === 0) await new Promise((done) => setTimeout(done, 1));
    const second = machine();
    const two = second.run();
    gate.resolve();
    expect(await one).toBe('storable');
    expect(await two).toBe('from memory');
    expect(second.starts).toEqual(['from memory']);
  });

  it('waits no longer than its patience', async () => {
    await writeFile(`${path}.lock`, 'somebody');
    expect(await machine().run(30)).toBe('fresh');
    expect(await readdir(join(directory, 'snapshots-v1'))).toEqual(['memory.lock']);
  });

  it('breaks locks that are old', async () => {
    await writeFile(`${path}.lock`, 'somebody');
    await utimes(`${path}.lock`, 1, 1);
    expect(await machine().run()).toBe('storable');
    expect(await readdir(join(directory, 'snapshots-v1'))).toEqual(['memory']);
  });

  it('goes without a store that can not be written to', async () => {
    await rm(join(directory, 'snapshots-v1'), { recursive: true });
    expect(await machine().run()).toBe('fresh');
  });
});

describe('snapshotPath', () => {
  const interpreter = interpreterFor('3.13');
  if (interpreter === undefined) throw new Error('no interpreter');

  it('differs for other interpreters and other engines', async () => {
    const { versions } = process;
    const paths = await Promise.all([
      snapshotPath(directory, interpreter, { library: true }),
      snapshotPath(directory, interpreter, { library: false }),
      snapshotPath(directory, { ...interpreter, integrity: 'sha512-other' }, { library: true }),
      snapshotPath(directory, interpreter, { library: true, versions: { ...versions, node: '20.0.0' } }),
      snapshotPath(directory, interpreter, { library: true, versions: { ...versions, v8: '1.0' } }),
    ]);
    expect(new Set(paths).size).toBe(5);
    expect(await snapshotPath(directory, interpreter, { library: true })).toBe(paths[0]);
  });
});
