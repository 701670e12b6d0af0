import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { type Digest, digestOf } from '../digest.ts';
import type { WherryEvent } from '../events.ts';
import { createHttp } from '../http/index.ts';
import { type FilesRecipe, recipeId, type WheelsRecipe } from '../plan/recipe.ts';
import type { ImagePlan, LayerPlan, Material } from '../plan/types.ts';
import { type KnownLayer, openStore, type Store, type StoredLayer, verifyStore } from '../store/index.ts';
import { readTarBytes } from '../tar/index.ts';
import { type LayerLookup, makeLayers, produceLayers } from './index.ts';

let directory: string;
let store: Store;
let server: Server;
let origin: string;
const served = new Map<string, Buffer>();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-wheels-'));
  store = await openStore({ env: {}, directory: join(directory, 'store') });
  server = createServer((request, response) => {
    const body = served.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  served.clear();
  await rm(directory, { recursive: true, force: true });
});

/** A zip of stored files. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const bodies: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(33, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(0o100644 * 65_536, 6);
    tail.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    central.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, tail, Buffer.from(name));
    bodies.push(local);
    offset += local.length;
  }
  const directoryBytes = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(bodies.length, 8);
  end.writeUInt16LE(bodies.length, 10);
  end.writeUInt32LE(directoryBytes.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, directoryBytes, end]);
}

function wheel(name: string, files: Readonly<Record<string, string>>): Buffer {
  const info = `${name}-1.0.dist-info`;
  const all: Record<string, string> = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const rows = Object.entries(all).map(([path, text]) => {
    const hash = createHash('sha256').update(text).digest('base64url');
    return `${path},sha256=${hash},${Buffer.byteLength(text)}\n`;
  });
  return zip({ ...all, [`${info}/RECORD`]: `${rows.join('')}${info}/RECORD,,\n` });
}

/** A plan with one layer per wheel, each to be had from the loopback server. */
function planOf(wheels: Readonly<Record<string, Buffer>>): ImagePlan {
  const materials: Record<Digest, Material> = {};
  const layers = Object.entries(wheels).map(([name, bytes]): LayerPlan => {
    const filename = `${name}-1.0-py3-none-any.whl`;
    const sha256 = digestOf(bytes);
    served.set(`/${filename}`, bytes);
    materials[sha256] = { kind: 'url', url: `${origin}/${filename}`, filename, size: bytes.length, label: `${name} 1.0` };
    const wheelItems = [{ name, version: '1.0', sha256 }];
    const recipe: WheelsRecipe = {
      kind: 'wheels',
      format: 2,
      venv: '/app/.venv',
      pythonMinor: '3.13',
      bytecode: 'none',
      wheels: wheelItems,
    };
    return { kind: 'dependencies', recipe, id: recipeId(recipe), contents: [`${name} 1.0`], size: bytes.length };
  });
  return { layers, materials } as unknown as ImagePlan;
}

function context(more: Partial<Context> = {}): Context {
  const http = createHttp({ env: {} });
  return { env: {}, http, store, emit: () => undefined, signal: new AbortController().signal, offline: false, workers: 2, ...more };
}

it('downloads wheels and makes the same layers from the store alone', async () => {
  const plan = planOf({ one: wheel('one', { 'one/a.py': 'a = 1\n' }), two: wheel('two', { 'two.py': 'b = 2\n', 'shared.py': '' }) });
  const layers = await produceLayers(plan, context());
  const paths = [...readTarBytes(gunzipSync((await store.read(layers[0]?.digest as Digest)) ?? Buffer.alloc(0)))].map(
    (entry) => entry.path,
  );
  expect(paths).toContain('app/.venv/lib/python3.13/site-packages/one/a.py');
  served.clear();
  await rm(join(store.directory, 'layers-v1'), { recursive: true });
  expect(await produceLayers(plan, context({ offline: true, workers: 1 }))).toEqual(layers);
  expect((await verifyStore(store.directory)).problems).toEqual([]);
});

it('takes a local wheel from its path and refuses another one there', async () => {
  const bytes = wheel('one', { 'one.py': '' });
  const plan = planOf({ one: bytes });
  const path = join(directory, 'one.whl');
  const local = { ...plan, materials: { [digestOf(bytes)]: { kind: 'path', path, label: 'one.whl' } } } as unknown as ImagePlan;
  await writeFile(path, 'changed');
  await expect(produceLayers(local, context())).rejects.toMatchObject({ code: 'WHEEL_HASH', where: { file: path } });
  await rm(path);
  await expect(produceLayers(local, context())).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  await writeFile(path, bytes);
  expect(await produceLayers(local, context({ offline: true }))).toHaveLength(1);
});

it('fetches a damaged wheel again', async () => {
  const bytes = wheel('one', { 'one.py': '' });
  const plan = planOf({ one: bytes });
  await store.put(bytes);
  await writeFile(store.path(digestOf(bytes)), Buffer.alloc(bytes.length));
  expect(await produceLayers(plan, context())).toHaveLength(1);
  expect((await verifyStore(store.directory)).problems).toEqual([]);
});

it('refuses different files at one path in two layers, whatever the store holds', async () => {
  const one = wheel('one', { 'shared.py': 'a = 1\n' });
  const two = wheel('two', { 'shared.py': 'b = 2\n' });
  const both = planOf({ one, two });
  const refusal = { code: 'WHEEL_COLLISION', message: expect.stringContaining('shared.py') };
  await expect(produceLayers(both, context())).rejects.toMatchObject(refusal);
  await expect(produceLayers(both, context())).rejects.toMatchObject(refusal);
  await rm(join(store.directory, 'documents-v1'), { recursive: true });
  await expect(produceLayers(both, context())).rejects.toMatchObject(refusal);
  const same = planOf({ one, three: wheel('three', { 'shared.py': 'a = 1\n' }) });
  expect(await produceLayers(same, context())).toHaveLength(2);
});

it('refuses them in one layer', async () => {
  const [one, two] = [wheel('one', { 'shared.py': 'a = 1\n' }), wheel('two', { 'shared.py': 'b = 2\n' })];
  const plan = together(planOf({ one, two }));
  await expect(produceLayers(plan, context())).rejects.toMatchObject({
    code: 'WHEEL_COLLISION',
    hint: expect.stringContaining('collisions = "last"'),
  });
});

it('lets the last of them stay where the project wants that, and says so in every build', async () => {
  const files = (text: string) => ({ 'shared.py': text, 'tests/__init__.py': text });
  const separate = planOf({ one: wheel('one', files('a = 1\n')), two: wheel('two', files('b = 2\n')) });
  for (const plan of [separate, together(separate)]) {
    const events: WherryEvent[] = [];
    const ctx = context({ emit: (event) => events.push(event) });
    const layers = await produceLayers({ ...plan, collisions: 'last' }, ctx);
    expect(await produceLayers({ ...plan, collisions: 'last' }, ctx)).toEqual(layers);
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    expect(warnings).toEqual([said, said]);
  }
});

const said =
  'one 1.0 and two 1.0 install different files at /app/.venv/lib/python3.13/site-packages/shared.py (and at 1 more path): what is installed last stays';

/** The wheels of a plan in one layer. */
function together(plan: ImagePlan): ImagePlan {
  const recipes = plan.layers.map(({ recipe }) => recipe as WheelsRecipe);
  const recipe = { ...(recipes[0] as WheelsRecipe), wheels: recipes.flatMap(({ wheels }) => wheels) };
  return { ...plan, layers: [{ ...(plan.layers[0] as LayerPlan), recipe, id: recipeId(recipe) }] };
}

it('refuses a project that overwrites a file of a wheel', async () => {
  const plan = planOf({ one: wheel('one', { 'shared.py': 'a = 1\n' }) });
  const path = 'app/.venv/lib/python3.13/site-packages/shared.py';
  const project = (text: string): ImagePlan => {
    const entry = { type: 'file', path, sha256: digestOf(text), size: text.length, mode: 0o644, uid: 0, gid: 0, mtime: 0 } as const;
    const recipe: FilesRecipe = { kind: 'files', format: 2, entries: [entry] };
    const layer: LayerPlan = { kind: 'project', recipe, id: recipeId(recipe), contents: ['site 1.0'], size: text.length };
    return { ...plan, layers: [...plan.layers, layer], materials: { ...plan.materials, [entry.sha256]: { kind: 'text', text } } };
  };
  expect(await produceLayers(project('a = 1\n'), context())).toHaveLength(2);
  await expect(produceLayers(project('b = 2\n'), context())).rejects.toMatchObject({
    code: 'WHEEL_COLLISION',
    message: expect.stringMatching(/site 1\.0.*one 1\.0|one 1\.0.*site 1\.0/),
  });
});

describe('with layers that lie elsewhere', () => {
  /** What a registry would say of the layers of a plan: made in another store. */
  async function made(plan: ImagePlan): Promise<ReadonlyMap<Digest, KnownLayer>> {
    const other = await openStore({ env: {}, directory: join(directory, `other-${digestOf(JSON.stringify(plan))}`) });
    return await makeLayers(plan.layers, { plan, ctx: context({ store: other }) });
  }

  it('uses them as they are, downloads nothing for them, and notes nothing', async () => {
    const plan = planOf({ one: wheel('one', { 'one/a.py': '' }), two: wheel('two', { 'two.py': '' }) });
    const layers = await made(plan);
    served.clear();
    const found = await produceLayers(plan, context(), { elsewhere: async () => layers });
    expect(found.map(({ digest, roots }) => [digest, roots])).toEqual(plan.layers.map(({ id }) => [layers.get(id)?.digest, []]));
    expect(await produceLayers(plan, context(), { elsewhere: async () => layers })).toEqual(found);
    for (const { id } of plan.layers) expect(await store.layer(id)).toBeUndefined();
    await expect(produceLayers(plan, context())).rejects.toMatchObject({ code: 'DOWNLOAD_NOT_FOUND' });
  });

  it('makes the same image of them as without them', async () => {
    const plan = planOf({ one: wheel('one', { 'x/a.py': '' }), two: wheel('two', { 'two.py': '' }) });
    const elsewhere = new Map([...(await made(plan))].slice(0, 1));
    expect(await produceLayers(plan, context(), { elsewhere: async () => elsewhere })).toEqual(await produceLayers(plan, context()));
  });

  it('is asked only for what the store lacks', async () => {
    const plan = planOf({ one: wheel('one', {}), two: wheel('two', {}) });
    await produceLayers({ ...plan, layers: plan.layers.slice(0, 1) }, context());
    const asked: LayerLookup[] = [];
    const elsewhere = async (lookup: LayerLookup) => {
      asked.push({ ...lookup, known: new Map(lookup.known) });
      return new Map();
    };
    await produceLayers(plan, context(), { elsewhere });
    await produceLayers(plan, context(), { elsewhere });
    expect(asked.map(({ missing: lacking, known }) => [lacking.map(({ id }) => id), [...known.keys()]])).toEqual([
      [[plan.layers[1]?.id], [plan.layers[0]?.id]],
    ]);
  });

  it('fetches wheels of them only if they may have a path in common with a layer made here', async () => {
    const [apart, namespace] = [wheel('apart', { 'apart.py': '' }), wheel('namespace', { 'space/other.py': 'b' })];
    const there = planOf({ apart, namespace });
    const elsewhere = await made(there);
    const here = (text: string): ImagePlan => {
      served.clear();
      const plan = planOf({ apart, namespace, mine: wheel('mine', { 'space/mine.py': text, 'space/other.py': text }) });
      served.delete(urlOf(plan, digestOf(apart)));
      return plan;
    };
    await expect(produceLayers(here('a'), context(), { elsewhere: async () => elsewhere })).rejects.toMatchObject({
      code: 'WHEEL_COLLISION',
    });
    expect(await produceLayers(here('b'), context(), { elsewhere: async () => elsewhere })).toHaveLength(3);
    expect(await store.has(digestOf(namespace))).toBeDefined();
  });

  it('makes layers again whose record lacks what a manifest says of them', async () => {
    const plan = planOf({ one: wheel('one', { 'x.py': '' }) });
    const [layer] = await produceLayers(plan, context());
    const id = plan.layers[0]?.id as Digest;
    const { roots, ...record } = (await store.layer(id)) as StoredLayer;
    expect(roots).toEqual(['x.py']);
    await store.putLayer(id, record);
    expect(await produceLayers(plan, context())).toEqual([layer]);
    expect((await store.layer(id))?.roots).toEqual(roots);
  });
});

function urlOf(plan: ImagePlan, digest: Digest): string {
  const material = plan.materials[digest];
  return material?.kind === 'url' ? new URL(material.url).pathname : '';
}

it('passes on the code of an error in a worker', async () => {
  const bytes = wheel('other', { 'one.py': '' });
  await expect(produceLayers(planOf({ one: bytes }), context())).rejects.toMatchObject({
    name: 'ToolError',
    code: 'ARCHIVE_UNSAFE',
  });
  served.clear();
  await expect(produceLayers({ ...planOf({}), ...missing() }, context())).rejects.toMatchObject({ code: 'DOWNLOAD_NOT_FOUND' });
});

function missing(): Pick<ImagePlan, 'layers' | 'materials'> {
  const plan = planOf({ gone: wheel('gone', {}) });
  served.clear();
  return plan;
}
