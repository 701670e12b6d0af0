import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp } from '../../src/http/index.ts';
import { assembleIndex } from '../../src/image/index.ts';
import { createRegistry } from '../../src/registry/index.ts';
import { remoteRepositories } from '../../src/remote/index.ts';
import { registrySink } from '../../src/sinks/index.ts';
import { makeImage, publish } from '../images.ts';
import { startRegistry, type TestRegistry } from '../registry/index.ts';
import { run } from './command.ts';
import { type Daemon, podmanEnvironment, removeMounted, startContainerd } from './daemons.ts';
import { type Lab, makeSeed, openLab, type Seed, storeProblems } from './faults/lab.ts';
import { bump, bytesOf, copyProject, isWhole, loosen, manifestOf, pushed, shapes, startPush } from './pushLab.ts';
import { type Distribution, startDistribution } from './registries.ts';
import { contextAt, host, smallImage } from './smallImage.ts';
import type { Outcome } from './wherry.ts';

let seed: Seed;
let lab: Lab;
let memory: TestRegistry;
let real: Distribution;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'wherry-e2e-push-'));
  seed = await makeSeed();
  lab = await openLab(seed);
  loosen(lab);
  memory = await startRegistry();
  real = await startDistribution(join(directory, 'registry'), { login: 'none' });
});
afterAll(async () => {
  await real?.stop();
  await memory?.close();
  await lab?.close();
  if (seed !== undefined) rmSync(seed.directory, { recursive: true, force: true });
  await removeMounted(directory);
});

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Requests to the registry in memory while some work is done. */
async function seenDuring<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seen: TestRegistry['seen'] }> {
  const before = memory.seen.length;
  const result = await work();
  return { result, seen: memory.seen.slice(before) };
}

describe('an image in a real registry', () => {
  let digest: string;
  const reference = (): string => `${real.host}/team/shop:latest`;

  beforeAll(async () => {
    ({ digest } = await pushed(lab, { reference: reference() }));
  });

  it('is valid to crane, and has our digest to skopeo', async () => {
    expect(await run(['crane', 'validate', '--remote', reference()])).toContain('PASS');
    expect(sha256(await run(['skopeo', 'inspect', '--tls-verify=false', '--raw', `docker://${reference()}`]))).toBe(digest);
  });

  it('is pulled and run by Podman', async () => {
    const env = await podmanEnvironment(join(directory, 'podman'));
    await run(['podman', 'pull', '--quiet', '--tls-verify=false', reference()], { env });
    expect(await run(['podman', 'run', '--rm', reference()], { env })).toBe('1\n');
    expect(await run(['podman', 'history', '--no-trunc', '--format', '{{.CreatedBy}}', reference()], { env })).toContain(
      'dependencies: alpha 1.0',
    );
  });

  it('is pulled and run by containerd', async () => {
    const daemon: Daemon = await startContainerd(join(directory, 'containerd'));
    try {
      const ctr = (...args: string[]) => run(['ctr', '--address', daemon.socket, ...args]);
      await ctr('images', 'pull', '--plain-http', '--snapshotter', 'native', reference());
      expect(await ctr('run', '--rm', '--snapshotter', 'native', '--net-host', reference(), 'e2e-push')).toBe('1\n');
    } finally {
      await daemon.stop();
    }
  });

  it('has several platforms under one index, whose manifests go first', async () => {
    const context = { ...(await contextAt(join(directory, 'store'))), http: createHttp({ env: {} }) };
    const other = { os: 'linux', architecture: host.architecture === 'amd64' ? 'arm64' : 'amd64' } as const;
    const index = assembleIndex([await smallImage(context), await smallImage(context, { platform: other })]);
    const registry = createRegistry(context);
    const sink = registrySink({ registry, open: remoteRepositories(registry), ctx: context, made: new Set(), holders: () => [] });
    const references = ['latest', '1', '2'].map((tag) => `${real.host}/team/small:${tag}`);
    await sink.put(index, { references, signal: context.signal });
    for (const name of references) {
      expect(await run(['crane', 'validate', '--remote', name])).toContain('PASS');
      expect((await run(['crane', 'digest', name])).trim()).toBe(index.descriptor.digest);
    }
    const order = real.requests().filter((line) => line.startsWith('PUT /v2/team/small/manifests/'));
    expect(order.slice(-3).map((line) => line.split('/').at(-1))).toEqual(['2', '1', 'latest']);
    expect(order).toHaveLength(5);
  });
});

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
