import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { type Digest, digestOf } from '../digest.ts';
import type { WherryEvent } from '../events.ts';
import { type FilesRecipe, recipeId } from '../plan/recipe.ts';
import type { ImagePlan, LayerPlan, Material } from '../plan/types.ts';
import { openStore, type Store, verifyStore } from '../store/index.ts';
import { epoch, readTarBytes } from '../tar/index.ts';
import { produceLayers } from './index.ts';

let directory: string;
let store: Store;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-produce-'));
  store = await openStore({ env: {}, directory: join(directory, 'store') });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const owner = { uid: 0, gid: 0, mtime: epoch };

function layerOf(files: Readonly<Record<string, string>>): LayerPlan {
  const entries = Object.entries(files).map(([path, text]) => {
    const size = Buffer.byteLength(text);
    return { ...owner, type: 'file', path, mode: 0o644, sha256: digestOf(text), size } as const;
  });
  const recipe: FilesRecipe = { kind: 'files', format: 2, entries };
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  return { kind: 'app', recipe, id: recipeId(recipe), contents: Object.keys(files), size };
}

function planOf(layers: readonly LayerPlan[], materials: Readonly<Record<Digest, Material>>): ImagePlan {
  return { layers, materials } as unknown as ImagePlan;
}

function context(more: Partial<Context> = {}): Context {
  const http = { request: () => Promise.reject(new Error('no network here')) };
  return { env: {}, http, store, emit: () => undefined, signal: new AbortController().signal, offline: true, workers: 2, ...more };
}

const text = (value: string): Record<Digest, Material> => ({ [digestOf(value)]: { kind: 'text', text: value } });
const big = Array.from({ length: 4 }, (_, i) => `${i} ${'some text that repeats, '.repeat(30_000)}`);

/** Four layers of 700 kB, so that threads are used. */
async function bigPlan(): Promise<ImagePlan> {
  const materials: Record<Digest, Material> = {};
  for (const [i, value] of big.entries()) {
    const path = join(directory, `big-${i}`);
    await writeFile(path, value);
    materials[digestOf(value)] = { kind: 'path', path, label: `big-${i}` };
  }
  return planOf(
    big.map((value, i) => layerOf({ [`app/big-${i}`]: value })),
    materials,
  );
}

describe('produceLayers', () => {
  it('makes layers of text and host files, once per recipe', async () => {
    await writeFile(join(directory, 'host.py'), 'print()\n');
    const small = layerOf({ 'app/a': 'text', 'app/empty': '' });
    const host = layerOf({ 'app/host.py': 'print()\n' });
    const materials = {
      ...text('text'),
      [digestOf('print()\n')]: { kind: 'path', path: join(directory, 'host.py'), label: 'host.py' },
    } as const;
    const events: WherryEvent[] = [];
    const layers = await produceLayers(planOf([small, host, small], materials), context({ emit: (event) => events.push(event) }));
    expect(layers).toHaveLength(2);
    expect(layers[0]).toMatchObject({ recipe: small.id, comment: 'app: app/a, app/empty' });
    const blob = await readFile(store.path(layers[1]?.digest as Digest));
    expect(digestOf(gunzipSync(blob))).toBe(layers[1]?.diffId);
    expect([...readTarBytes(gunzipSync(blob))].map((entry) => [entry.path, Buffer.from(entry.data).toString()])).toEqual([
      ['app/host.py', 'print()\n'],
    ]);
    expect(events).toMatchObject([{ reused: false }, { reused: false }]);
    events.length = 0;
    expect(await produceLayers(planOf([small, host], {}), context({ emit: (event) => events.push(event) }))).toEqual(layers);
    expect(events).toMatchObject([{ reused: true }, { reused: true }]);
  });

  it('gives the same layers for one and four threads, with the store empty, full, or its records lost', async () => {
    const plan = await bigPlan();
    const reference = await produceLayers(plan, context({ workers: 4 }));
    expect(await produceLayers(plan, context())).toEqual(reference);
    await rm(join(store.directory, 'layers-v1'), { recursive: true });
    expect(await produceLayers(plan, context({ workers: 2 }))).toEqual(reference);
    const other = await openStore({ env: {}, directory: join(directory, 'other') });
    expect(await produceLayers(plan, context({ workers: 1, store: other }))).toEqual(reference);
    await rm(store.path(reference[2]?.digest as Digest));
    expect(await produceLayers(plan, context())).toEqual(reference);
    expect((await verifyStore(store.directory)).problems).toEqual([]);
  });

  it('notices a source that changed, in this thread and in another', async () => {
    const plan = await bigPlan();
    for (const change of ['shorter', `${big[1]?.slice(1)}x`, `${big[1]}x`]) {
      await writeFile(join(directory, 'big-1'), change);
      await expect(produceLayers(plan, context())).rejects.toMatchObject({
        code: 'SOURCE_CHANGED',
        message: expect.stringContaining('big-1'),
      });
    }
    await rm(join(directory, 'big-1'));
    const single = planOf(plan.layers.slice(1, 2), plan.materials);
    await expect(produceLayers(single, context())).rejects.toMatchObject({ code: 'SOURCE_CHANGED', hint: expect.any(String) });
    expect((await verifyStore(store.directory)).problems).toEqual([]);
  });

  it('leaves a clean store when it is stopped', async () => {
    const plan = await bigPlan();
    for (const milliseconds of [0, 30, 60, 90]) {
      const stop = new AbortController();
      const work = produceLayers(plan, context({ signal: stop.signal, workers: 4 }));
      setTimeout(() => stop.abort(new Error('stopped here')), milliseconds);
      await work.catch((error: Error) => expect(error.message).toBe('stopped here'));
      expect(await readdir(join(store.directory, 'tmp'))).toEqual([]);
      expect((await verifyStore(store.directory)).problems).toEqual([]);
    }
    expect(await produceLayers(plan, context())).toHaveLength(4);
  });

  it('works in two processes at once on one store', async () => {
    const plan = await bigPlan();
    const file = join(directory, 'plan.json');
    await writeFile(file, JSON.stringify(plan));
    const answers = await Promise.all([run(file), run(file)]);
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toEqual(await produceLayers(plan, context()));
    expect((await verifyStore(store.directory)).problems).toEqual([]);
  });
});

/** Produces the layers of a plan file in a process of its own. */
async function run(plan: string): Promise<unknown> {
  const module = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  const script = `
    import { readFileSync } from 'node:fs';
    const { openStore } = await import(${module('../store/index.ts')});
    const { produceLayers } = await import(${module('./index.ts')});
    const store = await openStore({ env: {}, directory: ${JSON.stringify(store.directory)} });
    const ctx = { env: {}, store, emit() {}, signal: new AbortController().signal, offline: true, workers: 2 };
    console.log(JSON.stringify(await produceLayers(JSON.parse(readFileSync(${JSON.stringify(plan)}, 'utf8')), ctx)));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  for await (const chunk of child.stdout) out += chunk;
  return JSON.parse(out);
}
