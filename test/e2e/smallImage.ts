import { existsSync, readFileSync } from 'node:fs';
import type { Context } from '../../src/context.ts';
import { type Digest, digestOf } from '../../src/digest.ts';
import { assembleImage, type Image } from '../../src/image/index.ts';
import { type FileEntry, type FilesRecipe, recipeFormat, recipeId } from '../../src/plan/recipe.ts';
import type { ConfigPlan, ImagePlan, Material } from '../../src/plan/types.ts';
import type { Platform } from '../../src/platform.ts';
import { produceLayers } from '../../src/produce/index.ts';
import { rememberImage, storeBlobs } from '../../src/sources/index.ts';
import { openStore } from '../../src/store/index.ts';
import { epoch } from '../../src/tar/index.ts';
import { samplePlan } from '../sampleImage.ts';

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path)) ?? '/bin/busybox';
const applets = ['cat', 'env', 'httpd', 'id', 'ls', 'mkdir', 'ps', 'sh', 'sleep', 'stat', 'touch', 'trap'];

export const writable = [
  { path: '/app/state', mode: 0o750, uid: 1001, gid: 1001 },
  { path: '/var/log/small', mode: 0o700, uid: 33, gid: 33 },
];

/** What `runner.ts` says when a container that was asked to stop more than once has. */
export const ended = 'the container has ended';

export const host: Platform = { os: 'linux', architecture: process.arch === 'arm64' ? 'arm64' : 'amd64' };

export const smallConfig: ConfigPlan = {
  ...samplePlan.config,
  env: ['PATH=/bin', 'HOME=/app', 'GREETING=hello'],
  command: ['sh', '-c', 'echo "$GREETING $TOKEN $(id -u):$(id -g) $(cat hello.txt)"'],
  volumes: ['/var/cache/small'],
};

/** A context without network over a store of its own. */
export async function contextAt(directory: string): Promise<Context> {
  return {
    env: process.env,
    http: { request: () => Promise.reject(new Error('no network in this test')) },
    store: await openStore({ env: {}, directory }),
    emit: () => undefined,
    signal: new AbortController().signal,
    offline: true,
    workers: 1,
  };
}

type Item = { readonly path: string; readonly mode?: number; readonly uid?: number; readonly gid?: number } & (
  | { readonly file: Uint8Array; readonly material: Material }
  | { readonly target: string }
  | { readonly directory: true }
);

/** A bootable image of two layers, made from files recipes by the product's own code, and remembered in the store as `small`. */
export async function smallImage(context: Context, change: Partial<ImagePlan> = {}): Promise<Image> {
  const layers = [rootItems(), appItems()];
  const materials = Object.fromEntries(layers.flat().flatMap((item) => ('file' in item ? [[digestOf(item.file), item.material]] : [])));
  const plan: ImagePlan = {
    ...samplePlan,
    name: 'small',
    platform: host,
    config: smallConfig,
    layers: layers.map((items, position) => layerPlan(items, position === 0 ? 'base' : 'app')),
    materials: materials as Record<Digest, Material>,
    ...change,
  };
  const image = assembleImage({ plan, layers: await produceLayers(plan, context), blobs: storeBlobs(context.store) });
  await rememberImage(context.store, image);
  return image;
}

function layerPlan(items: readonly Item[], kind: 'base' | 'app'): ImagePlan['layers'][0] {
  const entries = items.map(asEntry).sort((a, b) => (a.path < b.path ? -1 : 1));
  const recipe: FilesRecipe = { kind: 'files', format: recipeFormat, entries };
  return { kind, recipe, id: recipeId(recipe), contents: [kind], size: undefined };
}

function asEntry(item: Item): FileEntry {
  const { path, mode = 0o755, uid = 0, gid = 0 } = item;
  const base = { path, mode, uid, gid, mtime: epoch };
  if ('file' in item) return { ...base, type: 'file', sha256: digestOf(item.file), size: item.file.length };
  return 'target' in item ? { ...base, mode: 0o777, type: 'symlink', target: item.target } : { ...base, type: 'directory' };
}

function text(path: string, content: string, mode = 0o644): Item {
  return { path, mode, file: Buffer.from(content), material: { kind: 'text', text: content } };
}

function rootItems(): Item[] {
  const directories = ['bin', 'dev', 'etc', 'proc', 'sys', 'var', 'var/cache', 'var/log'].map((path): Item => ({ path, directory: true }));
  return [
    ...directories,
    { path: 'tmp', mode: 0o1777, directory: true },
    { path: 'bin/busybox', file: readFileSync(busybox), material: { kind: 'path', path: busybox, label: 'busybox' } },
    ...applets.map((name): Item => ({ path: `bin/${name}`, target: 'busybox' })),
    text('etc/passwd', 'root:x:0:0:root:/:/bin/sh\napp:x:1001:1001:app:/app:/bin/sh\nwww:x:33:33:www:/:/bin/sh\n'),
    text('etc/group', 'root:x:0:\napp:x:1001:\nwww:x:33:\n'),
  ];
}

function appItems(): Item[] {
  return [
    { path: 'app', directory: true },
    text('app/hello.txt', 'world\n'),
    text('app/größe und länge.txt', 'a name that is not ASCII\n'),
    { path: 'app/link', target: 'hello.txt' },
    { path: 'var/cache/small', uid: 1001, gid: 1001, directory: true },
    ...writable.map(({ path, mode, uid, gid }): Item => ({ path: path.slice(1), mode, uid, gid, directory: true })),
  ];
}
