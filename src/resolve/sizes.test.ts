import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Digest, digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { WherryEvent } from '../events.ts';
import type { HttpRequest, HttpResponse } from '../http/index.ts';
import type { Selection } from '../select/types.ts';
import { contextWith } from './fixture.ts';
import { emptyWherryLock, type LockMode, resolveSizes, type WherryLock } from './index.ts';

function selectionOf(names: readonly string[], size?: number): Selection {
  const packages = names.map((name) => ({
    name,
    version: '1',
    source: { kind: 'registry', registry: 'https://index.example/simple' } as const,
    artifact: {
      kind: 'wheel',
      filename: `${name}.whl`,
      sha256: digestOf(name),
      size,
      location: { url: `https://files.example/${name}.whl` },
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
}

async function run(names: readonly string[], setup: Setup = {}) {
  const requests: HttpRequest[] = [];
  const events: WherryEvent[] = [];
  const http = {
    request: async (request: HttpRequest) => {
      requests.push(request);
      return setup.respond?.(request) ?? answer(200, { 'content-length': '7' });
    },
  };
  const store = { has: async (digest: Digest) => (digest === setup.stored ? 9 : undefined) };
  const ctx = contextWith({ http, emit: (event) => void events.push(event), offline: setup.offline ?? false });
  const lock = await resolveSizes({
    selection: selectionOf(names, setup.size),
    lock: setup.lock ?? emptyWherryLock,
    mode: setup.mode ?? 'default',
    ctx: { ...ctx, store: { ...ctx.store, ...store } },
    authorize: async () => ({ authorization: 'Basic x' }),
  });
  return { lock, requests, events };
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
    const known = { bases: [], sizes: { [digestOf('a')]: 3 } };
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

  it('leaves out what cannot be had, with a warning', async () => {
    const fail = (): never => {
      throw new ToolError('NETWORK_UNREACHABLE', 'no');
    };
    for (const respond of [fail, () => answer(404), () => answer(206, { 'content-range': 'bytes 0-0/*' })]) {
      const { lock, events } = await run(['a'], { respond });
      expect(lock.sizes).toEqual({});
      expect(events).toEqual([expect.objectContaining({ type: 'warning' })]);
    }
    expect((await run(['a'], { offline: true })).requests).toEqual([]);
  });

  it('is an error in locked mode, even for stored wheels', async () => {
    await expect(run(['a'], { mode: 'locked', stored: digestOf('a') })).rejects.toMatchObject({ code: 'WHERRY_LOCK_INCOMPLETE' });
  });
});
