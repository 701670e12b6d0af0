import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type IndexServer, startIndex } from '../../test/index-server.ts';
import type { Context } from '../context.ts';
import { digestOf } from '../digest.ts';
import type { WherryEvent } from '../events.ts';
import { createHttp } from '../http/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { headerBytes, padding } from '../tar/index.ts';
import { bundledInterpreter } from './bundled.ts';
import { fetchInterpreter } from './fetch.ts';
import { type Interpreter, interpreterFor } from './interpreters.ts';
import { neededFiles, unpackInterpreter } from './unpack.ts';

const found = interpreterFor('3.12');
if (found === undefined) throw new Error('no interpreter');
const real: Interpreter = found;
const names = neededFiles(real);

type Entry = readonly [path: string, text: string, type?: 'file' | 'symlink'];

/** A tar of entries with any path. */
function tarball(entries: readonly Entry[]): Buffer {
  const owner = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };
  const blocks = entries.flatMap(([path, text, type = 'file']) => {
    const body = Buffer.from(text);
    if (type === 'symlink') return [headerBytes({ type, path, target: text, ...owner })];
    return [headerBytes({ type, path, size: body.length, content: () => [body], ...owner }), body, padding(body.length)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const whole: readonly Entry[] = names.map((name) => [`package/${name}`, `content of ${name}`]);

function interpreterOf(bytes: Uint8Array): Interpreter {
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  return { ...real, integrity, sha256: digestOf(bytes), size: bytes.length };
}

let server: IndexServer;
let directory: string;
let store: Store;
let events: WherryEvent[];

beforeAll(async () => {
  server = await startIndex();
});

afterAll(() => server.close());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-fetch-'));
  store = await openStore({ env: {}, directory });
  server.heal();
  server.seen.length = 0;
  events = [];
});

afterEach(() => rm(directory, { recursive: true, force: true }));

function context(more: Partial<Context> = {}): Context {
  const http = createHttp({ env: {}, wait: async () => undefined });
  const env = { HOME: directory, npm_config_globalconfig: join(directory, 'none'), npm_config_registry: `${server.origin}/npm` };
  const emit = (event: WherryEvent) => void events.push(event);
  return { env, http, store, emit, signal: new AbortController().signal, offline: false, workers: 1, ...more };
}

const usual = `/npm/pyodide/-/pyodide-${real.package}.tgz`;
const get = (interpreter: Interpreter, ctx = context()) => fetchInterpreter('3.12', ctx, { interpreter });

describe('fetchInterpreter', () => {
  it('has the interpreter of the default minor without any request', async () => {
    expect(await fetchInterpreter('3.13', context({ offline: true }))).toBe(bundledInterpreter());
    expect(await readdir(bundledInterpreter())).toEqual(expect.arrayContaining(names));
    await expect(fetchInterpreter('3.9', context())).rejects.toThrow(TypeError);
  });

  it('unpacks the needed files once, privately', async () => {
    const bytes = tarball([...whole, ['package/README.md', 'x']]);
    server.put(usual, bytes);
    const path = await get(interpreterOf(bytes));
    expect((await readdir(path)).sort()).toEqual([...names, 'files.json'].sort());
    expect(await readFile(join(path, 'pyodide.mjs'), 'utf8')).toBe('content of pyodide.mjs');
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect(await get(interpreterOf(bytes), context({ offline: true }))).toBe(path);
    expect(server.seen).toEqual([`GET ${usual}`]);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['note', 'progress']));
  });

  it('unpacks again what was damaged or could be written by others, without a request', async () => {
    const bytes = tarball(whole);
    server.put(usual, bytes);
    const path = await get(interpreterOf(bytes));
    await writeFile(join(path, 'pyodide.mjs'), 'content of pyodide.mjX');
    expect(await get(interpreterOf(bytes))).toBe(path);
    await writeFile(join(path, 'pyodide.mjs'), 'hostile');
    await chmod(join(path, '..'), 0o777);
    await get(interpreterOf(bytes), context({ offline: true }));
    expect(await readFile(join(path, 'pyodide.mjs'), 'utf8')).toBe('content of pyodide.mjs');
    expect(server.seen.length).toBe(1);
  });

  it('is safe for two at once', async () => {
    const bytes = tarball(whole);
    server.put(usual, bytes);
    const [one, two] = await Promise.all([get(interpreterOf(bytes)), get(interpreterOf(bytes))]);
    expect(one).toBe(two);
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });

  it('goes on after a broken transfer', async () => {
    const bytes = tarball(whole);
    server.put(usual, bytes);
    server.fault(usual, { kind: 'reset', after: 100, times: 1 });
    expect(await readdir(await get(interpreterOf(bytes)))).toContain('pyodide.mjs');
  });

  it('asks the registry where the tarball is if it is not at the usual place', async () => {
    const bytes = tarball(whole);
    const meta = { dist: { tarball: `${server.origin}/files/p.tgz` } };
    server.put(`/other/pyodide/${real.package}`, Buffer.from(JSON.stringify(meta)));
    server.put('/files/p.tgz', bytes);
    const ctx = context({ env: { HOME: directory, npm_config_registry: `${server.origin}/other/` } });
    expect(await readdir(await get(interpreterOf(bytes), ctx))).toContain('pyodide.mjs');
  });

  it('takes the registry that is handed in where none is configured', async () => {
    const bytes = tarball(whole);
    server.put(usual, bytes);
    const ctx = context({ env: { HOME: directory, npm_config_globalconfig: join(directory, 'none') } });
    const defaults = { npm: `${server.origin}/npm/` };
    const options = { interpreter: interpreterOf(bytes) };
    expect(await readdir(await fetchInterpreter('3.12', { ...ctx, defaults }, options))).toContain('pyodide.mjs');
  });
});

describe('fetchInterpreter, failing', () => {
  const unavailable = (text: string) => ({ code: 'BYTECODE_UNAVAILABLE', hint: expect.stringContaining(text) });

  it('names the next step when offline or without a registry', async () => {
    await expect(get(real, context({ offline: true }))).rejects.toMatchObject(unavailable('--offline'));
    const ctx = context({ env: { HOME: directory, npm_config_globalconfig: join(directory, 'none') } });
    await expect(get(real, ctx)).rejects.toMatchObject(unavailable('npm_config_registry'));
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['other bytes of the same size', (bytes: Buffer) => ({ kind: 'bytes', bytes: Buffer.alloc(bytes.length) }) as const],
    ['more bytes', (bytes: Buffer) => ({ kind: 'bytes', bytes: Buffer.concat([bytes, bytes]) }) as const],
    ['a failing server', () => ({ kind: 'status', status: 500 }) as const],
    ['a refusal', () => ({ kind: 'status', status: 401 }) as const],
  ])('keeps nothing after %s', async (_what, fault) => {
    const bytes = tarball(whole);
    server.put(usual, bytes);
    server.fault(usual, fault(bytes));
    const error = await get(interpreterOf(bytes)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(unavailable('bytecode = "none"'));
    expect(await readdir(join(directory, 'interpreters-v1'))).toEqual([]);
  });
});

describe('unpackInterpreter', () => {
  const unpack = (entries: readonly Entry[]) => {
    const bytes = tarball(entries);
    return unpackInterpreter(bytes, interpreterOf(bytes));
  };

  it('checks the integrity first', () => {
    const bytes = tarball(whole);
    expect(() => unpackInterpreter(bytes, real)).toThrow(/integrity/);
    expect(() => unpackInterpreter(Buffer.from('x'), interpreterOf(Buffer.from('x')))).toThrow(/decompressed/);
  });

  it('knows files by their exact names only', () => {
    const hostile: Entry[] = [
      ['package/../pyodide.mjs', 'x'],
      ['package/sub/pyodide.mjs', 'x'],
      ['pyodide.mjs', 'x'],
    ];
    expect([...unpack([...whole, ...hostile.slice(1)]).keys()].sort()).toEqual(names);
    expect(() => unpack([...whole, ...hostile.slice(0, 1)])).toThrow(expect.objectContaining({ code: 'TAR_DAMAGED' }));
  });

  it.each([
    ['a link', [...whole.slice(1), [`package/${names[0]}`, '/etc/passwd', 'symlink']] as Entry[], /is no file/],
    ['a file twice', [...whole, whole[0] as Entry], /twice/],
    ['a missing file', whole.slice(1), /lacks/],
  ])('refuses %s', (_what, entries, message) => {
    expect(() => unpack(entries)).toThrow(
      expect.objectContaining({ code: 'BYTECODE_INTERPRETER', message: expect.stringMatching(message) }),
    );
  });
});
