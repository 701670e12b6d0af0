import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IndexServer, startIndex } from '../../test/index-server.ts';
import { digestOf } from '../digest.ts';
import { createHttp } from '../http/index.ts';
import { type IndexPlace, locateOn, openIndexes } from '../indexes/index.ts';
import type { RequirementsLock } from '../lock/index.ts';
import { loadLock } from '../lock/index.ts';
import { projectFixture } from '../project/fixture.ts';
import { readProject } from '../project/index.ts';
import { formatWherryLock, parseWherryLock } from './index.ts';
import { resolvePins } from './pins.ts';
import { emptyWherryLock, type LockMode, type WherryLock } from './wherry-lock.ts';

let server: IndexServer;
let folder: string;

beforeEach(async () => {
  server = await startIndex();
  folder = await mkdtemp(join(tmpdir(), 'wherry-pins-'));
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const digest = (filename: string) => digestOf(filename);

/** An HTML page whose files have the digests of their own names. */
function page(index: string, project: string, files: readonly string[], attributes = ''): void {
  const links = files.map((name) => `<a href="/files/${encodeURIComponent(name)}#${digest(name).replace(':', '=')}" ${attributes}>x</a>`);
  server.put(`/${index}/${project}/`, Buffer.from(links.join('\n')));
}

interface Given {
  readonly lock?: WherryLock;
  readonly mode?: LockMode;
  readonly places?: readonly (string | IndexPlace)[];
}

async function resolve(text: string, { lock = emptyWherryLock, mode = 'default', places = ['a'] }: Given = {}) {
  await using fixture = await projectFixture({ 'requirements.txt': text });
  const project = await readProject(fixture.directory);
  const list = (await loadLock({ project, setting: { lock: undefined, requirements: [] }, env: {} })) as RequirementsLock;
  const ctx = { http: createHttp({ env: {}, wait: async () => undefined }), signal: new AbortController().signal, offline: false };
  const known = places.map((place): IndexPlace => {
    return typeof place === 'string' ? { url: `${server.origin}/${place}`, kind: 'simple', origin: place } : place;
  });
  const client = openIndexes({ places: known, ctx, authorize: async () => ({}) });
  const resolved = await resolvePins({ list, lock, mode, client: async () => client, ctx });
  const locate = locateOn(async () => client);
  return {
    ...resolved,
    locate,
    files: resolved.list.pins.map(({ wheels, sdist }) => [...wheels, sdist].flatMap((file) => file?.filename ?? [])),
  };
}

describe('pins of requirements', () => {
  it('get their files of the index once, and from wherry.lock ever after', async () => {
    page(
      'a',
      'six',
      ['six-1.16.0.tar.gz', 'six-1.16.0-py2.py3-none-any.whl', 'six-1.17.0-py2.py3-none-any.whl'],
      'data-requires-python="&gt;=2.7"',
    );
    const first = await resolve('Six==1.16\n');
    expect(first.files).toEqual([['six-1.16.0-py2.py3-none-any.whl', 'six-1.16.0.tar.gz']]);
    expect(first.list.pins[0]).toMatchObject({
      version: '1.16.0',
      requiresPython: '>=2.7',
      wheels: [{ hash: digest('six-1.16.0-py2.py3-none-any.whl') }],
    });
    const text = formatWherryLock(first.lock);
    expect(text).not.toContain('127.0.0.1');
    server.put('/a/six/', Buffer.from('<a href="/files/other.whl">moved</a>'));
    const seen = server.seen.length;
    const second = await resolve('six==1.16\n', { lock: parseWherryLock(text, 'wherry.lock'), mode: 'locked' });
    expect(second.list.pins.map(({ wheels }) => wheels)).toEqual(first.list.pins.map(({ wheels }) => wheels));
    expect(formatWherryLock(second.lock)).toBe(text);
    expect(server.seen.length).toBe(seen);
  });

  it('are missing in wherry.lock in locked mode', async () => {
    await expect(resolve('six==1.16\n', { mode: 'locked' })).rejects.toMatchObject({ code: 'WHERRY_LOCK_INCOMPLETE' });
    expect(server.seen).toEqual([]);
  });

  it('keep what Linux can use, and the newest local version', async () => {
    const files = [
      'torch-2.4.0-cp312-cp312-win_amd64.whl',
      'torch-2.4.0-cp312-cp312-manylinux1_x86_64.whl',
      'torch-2.4.0+cpu-cp312-cp312-linux_x86_64.whl',
      'torch-2.4.0+cpu-cp312-cp312-macosx_11_0_arm64.whl',
    ];
    page('a', 'torch', files);
    const any = await resolve('torch==2.4.0\n');
    expect([any.files, any.list.pins[0]?.version]).toEqual([[['torch-2.4.0+cpu-cp312-cp312-linux_x86_64.whl']], '2.4.0+cpu']);
    const exact = await resolve('torch===2.4.0+cpu\n');
    expect(exact.files).toEqual(any.files);
  });

  it('with hashes take only files that have one, from any index', async () => {
    const wheel = 'six-1.16.0-py2.py3-none-any.whl';
    page('a', 'six', ['six-1.16.0-py3-none-any.whl']);
    page('b', 'six', [wheel, 'six-1.16.0.tar.gz']);
    const found = await resolve(`six==1.16.0 --hash=${digest(wheel)}\n`, { places: ['a', 'b'] });
    expect(found.files).toEqual([[wheel]]);
    const place = await found.locate(found.list.pins[0]?.wheels[0]?.url ?? '', digest(wheel));
    expect(place).toEqual({ url: `${server.origin}/files/${wheel}` });
    await expect(resolve(`six==1.16.0 --hash=sha256:${'0'.repeat(64)}\n`, { places: ['a', 'b'] })).rejects.toMatchObject({
      code: 'REQUIREMENTS_NOT_FOUND',
      where: { line: 1 },
    });
    const lock = (await resolve('six==1.16.0\n', { places: ['b'] })).lock;
    await expect(resolve(`six==1.16.0 --hash=sha256:${'0'.repeat(64)}\n`, { lock })).rejects.toMatchObject({ code: 'REQUIREMENTS_HASH' });
  });

  it('without hashes never come from a later index than the first that has the project', async () => {
    page('private', 'six', ['six-1.0-py3-none-any.whl']);
    page('public', 'six', ['six-9.0-py3-none-any.whl']);
    await expect(resolve('six==9.0\n', { places: ['private', 'public'] })).rejects.toMatchObject({
      code: 'REQUIREMENTS_NOT_FOUND',
      details: expect.arrayContaining([expect.stringContaining('later indexes are not asked')]),
    });
    expect(server.seen).toEqual(['GET /private/six/']);
  });

  it('respect --no-binary and --only-binary', async () => {
    page('a', 'six', ['six-1.16.0.tar.gz', 'six-1.16.0-py3-none-any.whl']);
    expect((await resolve('--no-binary six\nsix==1.16.0\n')).files).toEqual([['six-1.16.0.tar.gz']]);
    expect((await resolve('--only-binary :all:\nsix==1.16.0\n')).files).toEqual([['six-1.16.0-py3-none-any.whl']]);
  });

  it('without hashes bring what they need, where the index tells, and keep it', async () => {
    const wheel = 'six-1.16.0-py3-none-any.whl';
    page('a', 'six', [wheel, 'six-1.16.0.tar.gz'], 'data-core-metadata="true"');
    const lines = [
      'Metadata-Version: 2.4',
      'Requires-Dist: b (>=1)',
      "Requires-Dist: x ; extra == 'all'",
      'requires-dist: a ; os_name == "posix"',
      '',
      'Requires-Dist: body',
    ];
    server.put(`/files/${wheel}.metadata`, Buffer.from(lines.join('\r\n')));
    const found = await resolve('six==1.16.0\n');
    expect(found.list.pins[0]?.requires).toEqual(['a ; os_name == "posix"', 'b (>=1)']);
    const again = await resolve('six==1.16.0\n', { lock: parseWherryLock(formatWherryLock(found.lock), 'wherry.lock'), mode: 'locked' });
    expect(again.list.pins[0]?.requires).toEqual(found.list.pins[0]?.requires);
    const asked = server.seen.length;
    const hashed = await resolve(`six==1.16.0 --hash=${digest(wheel)}\n`);
    expect([hashed.list.pins[0]?.requires, server.seen.slice(asked)]).toEqual([undefined, ['GET /a/six/']]);
    server.fault(/metadata/, { kind: 'status', status: 404 });
    expect((await resolve('six==1.16.0\n')).list.pins[0]?.requires).toBeUndefined();
  });

  it('come from a directory of wheels', async () => {
    const wheel = 'six-1.16.0-py3-none-any.whl';
    await writeFile(join(folder, wheel), wheel);
    const found = await resolve('six==1.16.0\n', { places: [{ url: folder, kind: 'flat', origin: 'test' }] });
    expect(found.list.pins[0]?.wheels[0]?.hash).toBe(digest(wheel));
    expect(await found.locate(found.list.pins[0]?.wheels[0]?.url ?? '', digest(wheel))).toEqual({ path: join(folder, wheel) });
  });

  it('need an index, and one that publishes hashes', async () => {
    server.put('/a/six/', Buffer.from('<a href="/files/six-1.16.0-py3-none-any.whl">x</a>'));
    await expect(resolve('six==1.16.0\n')).rejects.toMatchObject({ code: 'REQUIREMENTS_UNHASHED' });
    await expect(resolve('six==1.16.0\n', { places: [] })).rejects.toMatchObject({ code: 'INDEX_UNKNOWN' });
    await expect(resolve('gone==1.0\n')).rejects.toMatchObject({ code: 'REQUIREMENTS_NOT_FOUND' });
    const found = await resolve('', {});
    await expect(found.locate('index:six/six-1.16.0-py3-none-any.whl', digest('x'))).resolves.toMatchObject({
      url: expect.stringContaining('/files/six'),
    });
    await expect(found.locate('index:gone/gone-1.0-py3-none-any.whl', digest('x'))).rejects.toMatchObject({ code: 'DOWNLOAD_NOT_FOUND' });
  });
});
