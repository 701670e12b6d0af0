import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeImage, publish } from '../test/images.ts';
import { startRegistry, type TestRegistry } from '../test/registry/index.ts';
import type { Context } from './context.ts';
import type { WherryEvent } from './events.ts';
import { createHttp } from './http/index.ts';
import { buildImage, planImages } from './pipeline.ts';
import { lockProject } from './pipeline-lock.ts';
import type { BuildRequest } from './request.ts';
import { openStore } from './store/index.ts';

const base = [
  { path: 'usr/bin/python3.13', content: 'ELF /lib64/ld-linux-x86-64.so.2\0' },
  { path: 'usr/bin/python3', link: 'python3.13' },
  { path: 'usr/include/python3.13/patchlevel.h', content: '#define PY_VERSION "3.13.5"\n' },
  { path: 'lib64/ld-linux-x86-64.so.2', content: 'loader' },
  { path: 'lib/x86_64-linux-gnu/libc.so.6', content: 'GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41\0' },
  { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\n' },
  { path: 'etc/group', content: 'root:x:0:\n' },
];

const lock = `version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "site"
version = "1.0"
source = { virtual = "." }
`;

let directory: string;
let registry: TestRegistry;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-pipeline-'));
  registry = await startRegistry();
  publish(registry, 'base', {
    image: await makeImage({ layers: [base], config: { Env: ['PATH=/usr/bin', 'LANG=C.UTF-8'] } }),
    tags: ['1'],
  });
});

afterEach(async () => {
  await registry.close();
  await rm(directory, { recursive: true, force: true });
});

async function project(name: string): Promise<string> {
  const root = join(directory, name);
  await mkdir(root, { recursive: true });
  await writeFile(
    join(root, 'pyproject.toml'),
    `[project]\nname = "site"\nversion = "1.0"\nrequires-python = ">=3.11"\n\n[tool.wherry]\nbase = "${registry.host}/base:1"\n`,
  );
  await writeFile(join(root, 'uv.lock'), lock);
  await writeFile(join(root, 'main.py'), 'print("hello")\n');
  return root;
}

interface Built {
  readonly digest: string;
  readonly reused: number;
}

async function build(root: string, storeName: string, options: Partial<BuildRequest> = {}): Promise<Built> {
  const events: WherryEvent[] = [];
  const ctx = await context(storeName, events);
  const [planned] = await planImages(request(root, options), ctx);
  const image = await buildImage(planned as NonNullable<typeof planned>, ctx);
  return { digest: image.descriptor.digest, reused: events.filter((event) => event.type === 'layer' && event.reused).length };
}

async function context(storeName: string, events: WherryEvent[] = []): Promise<Context> {
  const env = { HOME: directory, WHERRY_BYTECODE: 'none' };
  const store = await openStore({ env, directory: join(directory, storeName) });
  const emit = (event: WherryEvent): void => {
    events.push(event);
  };
  return { env, store, emit, http: createHttp({ env }), signal: new AbortController().signal, offline: false, workers: 1 };
}

function request(root: string, options: Partial<BuildRequest> = {}): BuildRequest {
  const selection = {
    noDefaultGroups: false,
    noInstallProject: false,
    noInstallWorkspace: false,
    noInstallLocal: false,
    noInstallPackages: [],
  };
  return { directory: root, flags: {}, outputs: [], selection, frozen: false, lockMode: 'default', created: undefined, ...options };
}

describe('a build', () => {
  it('has one digest with the store empty, full, and with the facts only', async () => {
    const root = await project('a');
    const empty = await build(root, 'store-1');
    const full = await build(root, 'store-1');
    const factsOnly = await build(root, 'store-2', { lockMode: 'locked' });
    expect(empty.reused).toBe(0);
    expect(full.reused).toBeGreaterThan(0);
    expect(factsOnly.reused).toBe(0);
    expect([full.digest, factsOnly.digest]).toEqual([empty.digest, empty.digest]);
  });

  it('has one digest in two directories', async () => {
    const [one, two] = [await build(await project('one'), 'store-1'), await build(await project('two'), 'store-2')];
    expect(two.digest).toBe(one.digest);
  });

  it('sends nothing to the registry of the base when wherry.lock is complete, and never reads a layer twice', async () => {
    const root = await project('a');
    await build(root, 'store-1');
    expect(registry.count(/GET .*\/blobs\//)).toBe(2);
    const before = registry.seen.length;
    await build(root, 'store-2', { lockMode: 'locked' });
    expect(registry.seen.length - before).toBeLessThanOrEqual(2);
    expect(registry.count(/GET .*\/blobs\//)).toBe(2);
  });

  it('changes its digest with a source file, and with SOURCE_DATE_EPOCH', async () => {
    const root = await project('a');
    const first = await build(root, 'store');
    expect((await build(root, 'store', { created: 1_700_000_000 })).digest).not.toBe(first.digest);
    await writeFile(join(root, 'main.py'), 'print("other")\n');
    expect((await build(root, 'store')).digest).not.toBe(first.digest);
  });

  it('refuses a stale lock unless it is frozen', async () => {
    const root = await project('a');
    await writeFile(join(root, 'uv.lock'), lock.replace('>=3.11', '>=3.12'));
    await expect(build(root, 'store')).rejects.toMatchObject({ code: 'LOCK_STALE' });
    await expect(build(root, 'store', { frozen: true })).resolves.toMatchObject({ reused: 0 });
  });

  it('writes nothing in locked mode', async () => {
    const root = await project('a');
    await expect(build(root, 'store', { lockMode: 'locked' })).rejects.toMatchObject({ code: 'WHERRY_LOCK_INCOMPLETE' });
    expect(registry.seen.length).toBe(0);
  });
});

describe('wherry lock', () => {
  const options = { update: false, check: false };

  it('adds what is missing, then nothing', async () => {
    const root = await project('a');
    const ctx = await context('store');
    expect(await lockProject(request(root), { ...options, ctx })).toMatchObject({
      written: true,
      changes: [expect.stringContaining('Python 3.13.5')],
    });
    expect(await lockProject(request(root), { ...options, ctx })).toMatchObject({ written: false, changes: [] });
  });

  it('works although CI is set, because the user asked for it', async () => {
    const root = await project('a');
    expect(await lockProject(request(root, { lockMode: 'locked' }), { ...options, ctx: await context('store') })).toMatchObject({
      written: true,
    });
  });

  it('says with --check what is missing, and takes a new base only with --update', async () => {
    const root = await project('a');
    const ctx = await context('store');
    expect((await lockProject(request(root), { update: false, check: true, ctx })).problems).toEqual([
      expect.stringContaining('wherry.lock lacks'),
    ]);
    await lockProject(request(root), { ...options, ctx });
    expect((await lockProject(request(root), { update: false, check: true, ctx })).problems).toEqual([]);
    publish(registry, 'base', { image: await makeImage({ layers: [[...base, { path: 'new', content: 'x' }]] }), tags: ['1'] });
    expect((await lockProject(request(root), { ...options, ctx })).written).toBe(false);
    expect((await lockProject(request(root), { update: true, check: false, ctx })).written).toBe(true);
  });
});
