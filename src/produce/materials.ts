import type { Context } from '../context.ts';
import type { DebianMirrors } from '../debian/index.ts';
import type { Digest } from '../digest.ts';
import {
  type Authorize,
  copyFile,
  type Download,
  type DownloadBatch,
  indexCredentials,
  type Locate,
  packageIndexes,
  startDownloads,
} from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import type { Recipe } from '../plan/recipe.ts';
import type { Material, Materials } from '../plan/types.ts';
import { changed } from './files.ts';
import { digestsOf } from './job.ts';

/** The materials of some recipes on their way into the store. */
export interface Supply {
  /** Settles when everything that a recipe needs from the store is there. */
  readonly ready: (recipe: Recipe) => Promise<void>;
  /** Settles when all is there; rejects with the first error. */
  readonly done: Promise<void>;
}

export interface SupplyOptions {
  readonly ctx: Context;
  /** Credentials of downloads; without it those of the environment's indexes and netrc. */
  readonly authorize?: Authorize;
  /** Finds files that the lock names by their index alone. */
  readonly locate?: Locate;
  /** Debian mirrors; without it those of the environment and of this host. */
  readonly mirrors?: () => DebianMirrors | Promise<DebianMirrors>;
}

/** Starts bringing what `recipes` need into the store: wheels and .deb files by download, local wheels by copy. */
export function supply(recipes: readonly Recipe[], materials: Materials, options: SupplyOptions): Supply {
  const { env } = options.ctx;
  const digests = [...new Set(recipes.flatMap(digestsOf))];
  // Large files first: their layers take longest to make.
  const items = digests.flatMap((digest) => downloadOf(digest, materials[digest])).sort((a, b) => (b.size ?? 0) - (a.size ?? 0));
  const authorize = options.authorize ?? indexCredentials({ env, indexes: packageIndexes({}, env) });
  const downloads = startDownloads(items, { ctx: options.ctx, authorize, ...(options.locate && { locate: options.locate }) });
  const debs = fetchPackages(digests, materials, options);
  const copies = copyWheels(recipes, materials, options.ctx);
  const done = Promise.all([downloads.done, debs, copies]).then(() => undefined);
  done.catch(() => undefined);
  return { ready: (recipe) => readyFor(recipe, { downloads, debs, copies }), done };
}

async function readyFor(
  recipe: Recipe,
  parts: { readonly downloads: DownloadBatch; readonly debs: Promise<void>; readonly copies: Promise<void> },
): Promise<void> {
  await Promise.all(digestsOf(recipe).map((digest) => parts.downloads.ready(digest)));
  if (recipe.kind === 'debian-root') await parts.debs;
  if (recipe.kind === 'wheels') await parts.copies;
}

function downloadOf(digest: Digest, material: Material | undefined): Download[] {
  if (material?.kind !== 'url') return [];
  const { url, size, sizeIn, label } = material;
  return [{ urls: [url], digest, size, ...(sizeIn === undefined ? {} : { sizeIn }), label }];
}

/** Mirrors are asked for only if a package is missing: a full store needs none. */
async function fetchPackages(digests: readonly Digest[], materials: Materials, options: SupplyOptions): Promise<void> {
  const missing = [];
  for (const digest of digests) {
    const material = materials[digest];
    if (material?.kind === 'deb' && (await options.ctx.store.has(digest)) === undefined) missing.push(material.package);
  }
  if (missing.length === 0) return;
  const { fetchDebs, findDebianMirrors } = await import('../debian/index.ts');
  const { env, defaults } = options.ctx;
  const mirrors = options.mirrors ?? (() => findDebianMirrors({ config: {}, env, defaults: defaults?.debian }));
  await fetchDebs(missing, await mirrors(), options.ctx);
}

async function copyWheels(recipes: readonly Recipe[], materials: Materials, ctx: Context): Promise<void> {
  const wanted = recipes.flatMap((recipe) => (recipe.kind === 'wheels' ? digestsOf(recipe) : []));
  for (const digest of new Set(wanted)) {
    const material = materials[digest];
    if (material?.kind === 'path' && (await ctx.store.has(digest)) === undefined) {
      const { path, label } = material;
      await copyFile(path, digest, { ctx, fail: (cause) => (cause === undefined ? replaced(material) : changed(label, cause)) });
    }
    if (material?.kind === 'text') await ctx.store.put(Buffer.from(material.text));
  }
}

function replaced({ path, label }: { readonly path: string; readonly label: string }): ToolError {
  return new ToolError('WHEEL_HASH', `the local wheel of ${label} has other bytes than uv.lock promises`, {
    where: { file: path },
    hint: 'if it was replaced on purpose, run uv lock',
  });
}
