import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IndexServer, startIndex } from '../../test/index-server.ts';
import { createHttp } from '../http/index.ts';
import { errorCode } from '../project/fixture.ts';
import { openIndexes } from './client.ts';
import type { IndexPlace } from './types.ts';

let server: IndexServer;
let folder: string;

beforeEach(async () => {
  server = await startIndex();
  folder = await mkdtemp(join(tmpdir(), 'wherry-indexes-'));
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const hex = 'ab'.repeat(32);

function page(path: string, ...names: readonly string[]): void {
  server.put(path, Buffer.from(names.map((name) => `<a href="/files/${name}#sha256=${hex}">${name}</a>`).join('\n')));
}

function place(path: string, kind: IndexPlace['kind'] = 'simple'): IndexPlace {
  return { url: `${server.origin}${path}`, kind, origin: 'a test' };
}

async function names(places: readonly IndexPlace[], name: string, offline = false) {
  const ctx = { http: createHttp({ env: {}, wait: async () => undefined }), signal: new AbortController().signal, offline };
  const client = openIndexes({ places, ctx, authorize: async () => ({}) });
  const found: string[][] = [];
  for (const again of [name, name]) {
    found.length = 0;
    for await (const { files } of client.project(again)) found.push(files.map(({ filename }) => filename));
  }
  return found;
}

describe('the index client', () => {
  it('asks each index once, by the normal name, and passes over those that lack the project', async () => {
    page('/b/my-demo/', 'my_demo-1.0-py3-none-any.whl', 'my-demo-1.0.tar.gz');
    page('/c/my-demo/', 'My.Demo-2.0-py3-none-any.whl');
    expect(await names([place('/a'), place('/b/'), place('/c')], 'My_Demo')).toEqual([
      ['my_demo-1.0-py3-none-any.whl', 'my-demo-1.0.tar.gz'],
      ['My.Demo-2.0-py3-none-any.whl'],
    ]);
    expect(server.seen).toEqual(['GET /a/my-demo/', 'GET /b/my-demo/', 'GET /c/my-demo/']);
  });

  it('asks no later index than whoever reads wants', async () => {
    page('/a/demo/', 'demo-1.0.tar.gz');
    const ctx = { http: createHttp({ env: {} }), signal: new AbortController().signal, offline: false };
    for await (const { place: first } of openIndexes({ places: [place('/a'), place('/b')], ctx, authorize: async () => ({}) }).project(
      'demo',
    )) {
      expect(first.url).toBe(`${server.origin}/a`);
      break;
    }
    expect(server.seen).toEqual(['GET /a/demo/']);
  });

  it('takes the files of one project from flat pages and directories', async () => {
    page('/all', 'demo-1.0-py3-none-any.whl', 'demo_plus-1.0-py3-none-any.whl', 'other-1.0.tar.gz', 'demo-1.0.exe');
    await writeFile(join(folder, 'demo-3.0-py3-none-any.whl'), 'x');
    await writeFile(join(folder, 'notes.txt'), 'x');
    const local: IndexPlace = { url: folder, kind: 'flat', origin: 'a test' };
    expect(await names([place('/all', 'flat'), local], 'demo')).toEqual([['demo-1.0-py3-none-any.whl'], ['demo-3.0-py3-none-any.whl']]);
  });

  it.each([
    [401, 'DOWNLOAD_AUTH'],
    [403, 'DOWNLOAD_AUTH'],
    [418, 'INDEX_FAILED'],
  ])('says what to do about status %i', async (status, code) => {
    server.fault('/a/demo/', { kind: 'status', status });
    expect(await errorCode(names([place('/a')], 'demo'))).toBe(code);
  });

  it('sends nothing when it is offline, and reads no directory as an index', async () => {
    expect(await errorCode(names([place('/a')], 'demo', true))).toBe('NETWORK_OFFLINE');
    expect(await errorCode(names([{ url: folder, kind: 'simple', origin: 'a test' }], 'demo'))).toBe('INDEX_FAILED');
    expect(await errorCode(names([{ url: join(folder, 'gone'), kind: 'flat', origin: 'a test' }], 'demo'))).toBe('INDEX_FAILED');
    expect(server.seen).toEqual([]);
  });
});
