import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImage, publish } from '../images.ts';
import { startRegistry, type TestRegistry } from '../registry/index.ts';
import { type Lab, makeSeed, openLab, storeProblems } from './faults/lab.ts';
import { bump, bytesOf, copyProject, isWhole, loosen, manifestOf, pushed, shapes, startPush } from './pushLab.ts';
import type { Outcome } from './wherry.ts';

let lab: Lab;
let memory: TestRegistry;

beforeAll(async () => {
  lab = await openLab(await makeSeed());
  loosen(lab);
  memory = await startRegistry();
});
afterAll(async () => {
  await memory?.close();
  await lab?.close();
});

/** Requests to the registry in memory while some work is done. */
async function seenDuring<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seen: TestRegistry['seen'] }> {
  const before = memory.seen.length;
  const result = await work();
  return { result, seen: memory.seen.slice(before) };
}

describe('a working day', () => {
  const reference = (): string => `${memory.host}/shop:latest`;
  let first: string;

  it('begins with an image of which everything is sent', async () => {
    const { result, seen } = await seenDuring(() => pushed(lab, { reference: reference() }));
    first = result.digest;
    expect(result.pushed).toEqual({
      references: [reference()],
      bytesSent: bytesOf(seen),
      layers: { reused: 0, mounted: 0, sent: manifestOf(memory, 'shop').layers.length },
    });
    expect(isWhole(memory, 'shop')).toBe(true);
  });

  it('is one request if nothing changed', async () => {
    const { result, seen } = await seenDuring(() => pushed(lab, { reference: reference() }));
    expect(shapes(seen)).toEqual(['HEAD /v2/shop/manifests/latest']);
    expect(result.pushed.bytesSent).toBe(0);
  });

  it('reuses every layer on a machine with an empty store, and asks neither the index nor the mirror for anything', async () => {
    const before = lab.index.seen.length;
    const { result, seen } = await seenDuring(() => pushed(lab, { reference: reference(), store: 'cold', flags: ['--locked'] }));
    expect(result.digest).toBe(first);
    expect(shapes(seen)).toEqual(['HEAD /v2/shop/manifests/latest', 'GET /v2/shop/manifests/DIGEST', 'GET /v2/shop/blobs/DIGEST']);
    expect(lab.index.seen.slice(before)).toEqual([]);
    expect(await storeProblems(lab, join(lab.directory, 'cold'))).toEqual([]);
  });

  it('sends the layer, the configuration and the manifest after a change of a source', async () => {
    lab.edit('src/shop/__init__.py', (text) => text.replace('alpha.x', 'alpha.x + 1'));
    const old = new Set(manifestOf(memory, 'shop').layers.map((layer) => layer.digest));
    const { result, seen } = await seenDuring(() => pushed(lab, { reference: reference() }));
    const { layers, config, size } = manifestOf(memory, 'shop');
    const changed = layers.filter((layer) => !old.has(layer.digest));
    expect(changed).toHaveLength(1);
    expect(bytesOf(seen)).toBe((changed[0]?.size ?? 0) + config.size + size);
    expect(result.pushed).toMatchObject({ bytesSent: bytesOf(seen), layers: { sent: 1, mounted: 0 } });
    expect(seen.filter(({ method }) => method === 'HEAD')).toHaveLength(1);
  });

  it('sends the layer of a wheel that is bumped, and fetches only that wheel on a machine with an empty store', async () => {
    const before = manifestOf(memory, 'shop');
    const old = new Set(before.layers.map((layer) => layer.digest));
    bump(lab);
    const asked = lab.index.seen.length;
    const { result } = await seenDuring(() => pushed(lab, { reference: reference(), store: 'colder', flags: ['--locked'] }));
    const changed = manifestOf(memory, 'shop').layers.filter((layer) => !old.has(layer.digest));
    expect(changed.map(({ annotations }) => annotations['dev.wherry.splice']?.split(' ')[0])).toEqual(['dependencies']);
    expect(result.pushed.layers).toMatchObject({ sent: 1, mounted: 0 });
    expect(lab.index.seen.slice(asked).filter((line) => line.startsWith('GET'))).toEqual([expect.stringContaining('alpha-1.1')]);
    expect((await pushed(lab, { reference: reference() })).digest).toBe(result.digest);
  });

  it('mounts the layers of another project', async () => {
    const project = copyProject(lab, 'second');
    const { result, seen } = await seenDuring(() => pushed(lab, { reference: `${memory.host}/second:latest`, project }));
    expect(result.pushed.layers).toMatchObject({ sent: 0, mounted: manifestOf(memory, 'second').layers.length });
    expect(shapes(seen).filter((line) => line.includes('mount=DIGEST&from=shop'))).toHaveLength(result.pushed.layers.mounted);
    expect(isWhole(memory, 'second')).toBe(true);
  });

  it('ends with errors that come before anything is made', async () => {
    const none = await lab.run(['build', lab.project, '--push'], {});
    expect(none).toMatchObject({ status: 64, out: '' });
    expect(none.err).toMatch(/error\[PUSH_NO_REPOSITORY\].*\nhint: set repository = /);
    const closed = await startPush(lab, { reference: '127.0.0.1:1/shop:latest', store: 'colder' }).ended;
    expect(closed).toMatchObject({ status: 2 });
    expect((await lab.run(['build', lab.project, '--push', '--offline', '-t', reference()])).status).toBe(64);
    expect((await lab.run(['build', lab.project, '--verify-remote'])).status).toBe(64);
  });
});

describe('a push that is cut off', () => {
  const times = 10;

  /** Pushes over a small image that has the tag, and ends the program at the registry's n-th request. */
  async function cut(repository: string, at: number, signal: 'SIGINT' | 'SIGKILL'): Promise<Outcome> {
    publish(memory, repository, { image: await makeImage({ layers: [[{ path: 'old', content: 'old' }]] }), tags: ['latest'] });
    const limit = memory.seen.length + at;
    const running = startPush(lab, { reference: `${memory.host}/${repository}:latest`, flags: ['--no-remote'] });
    while (memory.seen.length < limit && running.child.exitCode === null) await sleep(1);
    running.child.kill(signal);
    return await running.ended;
  }

  it.each(Array.from({ length: times }, (_, index) => [index + 1, index % 2 === 0 ? 'SIGINT' : 'SIGKILL'] as const))(
    'at request %i of about 20, by %s',
    async (index, signal) => {
      const repository = `cut-${index}`;
      const outcome = await cut(repository, 2 * index, signal);
      const old = manifestOf(memory, repository);
      expect(isWhole(memory, repository)).toBe(true);
      if (signal === 'SIGINT' && outcome.status !== 0) {
        expect(outcome).toMatchObject({ status: 130, signal: null });
        expect(outcome.out).toContain('INTERRUPTED');
      }
      const there = new Set(
        memory.seen
          .flatMap(({ method, url }) =>
            method === 'PUT' && url.includes(`/${repository}/blobs/`) ? [url.match(/[0-9a-f]{64}/)?.[0] ?? ''] : [],
          )
          .filter((hex) => memory.blob(repository, `sha256:${hex}`) !== undefined),
      );
      const { result, seen } = await seenDuring(() => pushed(lab, { reference: `${memory.host}/${repository}:latest` }));
      const again = seen.flatMap(({ method, url }) =>
        method === 'PUT' && url.includes('/blobs/') ? [url.match(/[0-9a-f]{64}/)?.[0] ?? ''] : [],
      );
      expect(again.filter((hex) => there.has(hex) && !manifestOf(memory, repository).config.digest.includes(hex))).toEqual([]);
      expect(isWhole(memory, repository)).toBe(true);
      expect(old.layers.length === 1 || result.pushed.bytesSent === 0).toBe(true);
    },
  );
});
