import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Context } from '../context.ts';
import type { DebianMirrors } from '../debian/index.ts';
import { type Digest, hexOf } from '../digest.ts';
import { type Authorize, type Download, type DownloadBatch, indexCredentials, packageIndexes, startDownloads } from '../download/index.ts';
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
  const downloads = startDownloads(items, { ctx: options.ctx, authorize });
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
  const { debianMirrors, fetchDebs, readHostSources } = await import('../debian/index.ts');
  const mirrors =
    options.mirrors ?? (async () => debianMirrors({ config: {}, env: options.ctx.env, hostSources: await readHostSources() }));
  await fetchDebs(missing, await mirrors(), options.ctx);
}

async function copyWheels(recipes: readonly Recipe[], materials: Materials, ctx: Context): Promise<void> {
  const wanted = recipes.flatMap((recipe) => (recipe.kind === 'wheels' ? digestsOf(recipe) : []));
  for (const digest of new Set(wanted)) {
    const material = materials[digest];
    if (material?.kind === 'path' && (await ctx.store.has(digest)) === undefined) await copyIn(digest, material, ctx);
    if (material?.kind === 'text') await ctx.store.put(Buffer.from(material.text));
  }
}

/** Copies a host file into the store under the digest that the plan promised. Errors: WHEEL_HASH, SOURCE_CHANGED. */
async function copyIn(digest: Digest, material: { readonly path: string; readonly label: string }, ctx: Context): Promise<void> {
  const writer = await ctx.store.writer();
  const hash = createHash('sha256');
  try {
    for await (const chunk of pieces(material.path)) {
      ctx.signal.throwIfAborted();
      hash.update(chunk);
      await writer.write(chunk);
    }
    if (hash.digest('hex') !== hexOf(digest)) throw replaced(material);
    await writer.commit(digest);
  } catch (error) {
    throw error instanceof ToolError ? error : changed(material.label, error);
  } finally {
    await writer.abort();
  }
}

/** A file's bytes, each piece valid until the next is asked for. */
async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function replaced({ path, label }: { readonly path: string; readonly label: string }): ToolError {
  return new ToolError('WHEEL_HASH', `the local wheel of ${label} has other bytes than uv.lock promises`, {
    where: { file: path },
    hint: 'if it was replaced on purpose, run uv lock',
  });
}
