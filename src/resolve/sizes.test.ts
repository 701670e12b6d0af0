import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Digest, digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { HttpRequest, HttpResponse } from '../http/index.ts';
import type { Selection } from '../select/types.ts';
import { contextWith } from './fixture.ts';
import { emptyWherryLock, type LockMode, resolveSizes, type WherryLock } from './index.ts';

function selectionOf(names: readonly string[], { size, path }: Setup): Selection {
  const packages = names.map((name) => ({
    name,
    version: '1',
    source: { kind: 'registry', registry: 'https://index.example/simple' } as const,
    artifact: {
      kind: 'wheel',
      filename: `${name}.whl`,
      sha256: digestOf(name),
      size,
      location: path === undefined ? { url: `https://files.example/${name}.whl` } : { path },
    } as const,
    why: 'demo',
  }));
  return { roots: [], packages, dropped: [] };
}

function answer(status: number, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, url: '', body: Readable.from([]) };
}

interface Setup {
  readonly respond?: (request: HttpRequest) => HttpResponse;
  readonly stored?: Digest;
  readonly offline?: boolean;
  readonly lock?: WherryLock;
  readonly mode?: LockMode;
  readonly size?: number;
  /** Path of the wheel below the root; without it the wheel is on a server. */
  readonly path?: string;
  readonly root?: string;
}

async function run(names: readonly string[], setup: Setup = {}) {
  const requests: HttpRequest[] = [];
  const http = {
    request: async (request: HttpRequest) => {
      requests.push(request);
      return setup.respond?.(request) ?? answer(200, { 'content-length': '7' });
    },
  };
  const store = { has: async (digest: Digest) => (digest === setup.stored ? 9 : undefined) };
  const ctx = contextWith({ http, offline: setup.offline ?? false });
  const { lock, sizes } = await resolveSizes({
    selection: selectionOf(names, setup),
    root: setup.root ?? '/p',
    lock: setup.lock ?? emptyWherryLock,
    mode: setup.mode ?? 'default',
    ctx: { ...ctx, store: { ...ctx.store, ...store } },
    authorize: async () => ({ authorization: 'Basic x' }),
  });
  return { lock, sizes, requests };
}

describe('resolveSizes', () => {
  it('asks once per wheel, by HEAD and with credentials', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    const { lock, requests } = await run([...names, 'p0']);
    expect(Object.keys(lock.sizes)).toHaveLength(20);
    expect(lock.sizes[digestOf('p0')]).toBe(7);
    expect(requests).toHaveLength(20);
    expect(requests[0]).toMatchObject({ method: 'HEAD', headers: { authorization: 'Basic x', 'accept-encoding': 'identity' } });
  });

  it('asks nothing that a lock or the store knows', async () => {
    expect((await run(['a'], { size: 5 })).lock).toBe(emptyWherryLock);
    const known = { bases: [], requirements: [], sizes: { [digestOf('a')]: 3 }, builds: [] };
    expect((await run(['a'], { lock: known, mode: 'locked' })).lock).toBe(known);
    const { lock, requests } = await run(['a'], { stored: digestOf('a') });
    expect([lock.sizes[digestOf('a')], requests]).toEqual([9, []]);
  });

  it('asks for one byte where HEAD is refused or compressed', async () => {
    const ranged = (head: HttpResponse) => (request: HttpRequest) =>
      request.method === 'HEAD' ? head : answer(206, { 'content-range': 'bytes 0-0/11' });
    for (const head of [answer(405), answer(200), answer(200, { 'content-length': '5', 'content-encoding': 'gzip' })]) {
      const { lock, requests } = await run(['a'], { respond: ranged(head) });
      expect(lock.sizes[digestOf('a')]).toBe(11);
      expect(requests.map(({ method, headers }) => [method, headers?.range])).toEqual([
        ['HEAD', undefined],
        ['GET', 'bytes=0-0'],
      ]);
    }
  });

  it('is an error if a size cannot be had, with what the server said', async () => {
    const fail = (): never => {
      throw new ToolError('NETWORK_UNREACHABLE', 'nobody listens');
    };
    const cases = [
      { respond: fail, detail: 'HEAD: nobody listens' },
      { respond: () => answer(404), detail: 'HEAD: status 404 without a usable length' },
      { respond: () => answer(206, { 'content-range': 'bytes 0-0/*' }), detail: 'GET: status 206 without a usable length' },
    ];
    for (const { respond, detail } of cases) {
      await expect(run(['a'], { respond })).rejects.toMatchObject({
        code: 'SIZE_UNKNOWN',
        message: 'the size of a.whl could not be had, and uv.lock does not have it',
        details: expect.arrayContaining(['https://files.example/a.whl', detail]),
        hint: expect.stringContaining('run wherry lock'),
      });
    }
  });

  it.each([401, 403])('asks for a login where GET is refused with %i', async (status) => {
    const error = {
      code: 'DOWNLOAD_AUTH',
      details: [expect.stringContaining(`answered ${status}`)],
      hint: expect.stringContaining('USERNAME'),
    };
    await expect(run(['a'], { respond: () => answer(status) })).rejects.toMatchObject(error);
  });

  it('is an error offline, but for what the store has', async () => {
    const refuse = (): never => {
      throw new Error('offline');
    };
    await expect(run(['a'], { offline: true, respond: refuse })).rejects.toMatchObject({ code: 'SIZE_UNKNOWN', exitStatus: 2 });
    expect((await run(['a'], { offline: true, stored: digestOf('a') })).sizes[digestOf('a')]).toBe(9);
  });

  it('takes the size of a local wheel from the file, in every mode, and keeps it out of wherry.lock', async () => {
    const root = await mkdtemp(join(tmpdir(), 'wherry-sizes-'));
    try {
      await writeFile(join(root, 'a.whl'), 'twelve bytes');
      for (const mode of ['default', 'locked'] as const) {
        const { lock, sizes, requests } = await run(['a'], { root, path: 'a.whl', mode, offline: true });
        expect([sizes[digestOf('a')], lock, requests]).toEqual([12, emptyWherryLock, []]);
      }
      await expect(run(['a'], { root, path: 'b.whl' })).rejects.toMatchObject({
        code: 'WHEEL_MISSING',
        where: { file: join(root, 'b.whl') },
      });
      expect((await run(['a'], { root, path: 'b.whl', stored: digestOf('a') })).sizes[digestOf('a')]).toBe(9);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it('is an error in locked mode, even for stored wheels', async () => {
    await expect(run(['a'], { mode: 'locked', stored: digestOf('a') })).rejects.toMatchObject({ code: 'WHERRY_LOCK_INCOMPLETE' });
  });
});
