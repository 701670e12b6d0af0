import { join } from 'node:path';
import { parse } from 'smol-toml';
import { type BuildFile, textFile, treeFiles } from '../backend/index.ts';
import type { Context } from '../context.ts';
import { type Authorize, copyFile, download, type Locate } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import { fetchCommit } from '../git/index.ts';
import type { BuildOrigin, BuildSource } from '../plan/index.ts';
import type { TomlTable } from '../project/types.ts';
import { unpackArchive, unpackCommit } from './archive.ts';
import { asksGit, withVersion } from './scm.ts';
import { buildSystemOf } from './system.ts';

/** What is built, with its files in memory or, of a tree of this machine, read when they are asked for. */
export interface ReadSource {
  readonly files: readonly BuildFile[];
  readonly rootName?: string;
  readonly subdirectory?: string;
}

export interface SourceMeans {
  readonly ctx: Context;
  readonly authorize: Authorize;
  readonly locate?: Locate;
}

export interface SourceQuestion {
  readonly label: string;
  readonly source: BuildSource;
  readonly origin: BuildOrigin;
}

/**
 * Brings the source of a build into the store, if it is not there or on this machine already, and gives its files. Errors: those of downloads, git
 * and archives, SOURCE_MISSING.
 */
export async function readSource(question: SourceQuestion, means: SourceMeans): Promise<ReadSource> {
  const { label, source, origin } = question;
  if (source.kind === 'tree' && origin.kind === 'tree') {
    const ignore = origin.ignore === undefined ? [] : [textFile('.gitignore', origin.ignore)];
    return { files: [...treeFiles(origin.tree), ...ignore] };
  }
  if (source.kind === 'archive' && origin.kind === 'archive') {
    await bringArchive({ label, source, origin }, means);
    const { files, rootName } = await unpackArchive(means.ctx.store.path(source.sha256), label);
    return { files, ...(rootName !== undefined && { rootName }), ...below(source) };
  }
  if (source.kind === 'git' && origin.kind === 'git') {
    const { ctx, authorize } = means;
    const digest = await fetchCommit({ url: origin.url, commit: source.commit, lfs: source.lfs === true, label }, { ctx, authorize });
    const { files } = await unpackCommit(ctx.store.path(digest), label);
    return await asReleased({ files, rootName: 'source', ...below(source) }, { ...origin, label });
  }
  throw new TypeError(`the source of ${label} and its origin are of two kinds`);
}

/** A commit whose build would ask git for the version is given the one of uv.lock. */
async function asReleased(
  source: ReadSource,
  { name, version, label }: { readonly name: string; readonly version: string | undefined; readonly label: string },
): Promise<ReadSource> {
  const data = await pyprojectOf(source, label);
  if (!asksGit(data, buildSystemOf(data, label).requires)) return source;
  return { ...source, files: withVersion(source.files, { name, version, subdirectory: source.subdirectory }) };
}

function below({ subdirectory }: { readonly subdirectory?: string }): { readonly subdirectory?: string } {
  return subdirectory === undefined ? {} : { subdirectory };
}

interface ArchiveQuestion {
  readonly label: string;
  readonly source: BuildSource & { readonly kind: 'archive' };
  readonly origin: BuildOrigin & { readonly kind: 'archive' };
}

async function bringArchive({ label, source, origin }: ArchiveQuestion, { ctx, authorize, locate }: SourceMeans): Promise<void> {
  const { location, size } = origin;
  if ('url' in location) {
    const more = locate === undefined ? {} : { locate };
    return await download({ urls: [location.url], digest: source.sha256, size, label, ctx, authorize, ...more });
  }
  if ((await ctx.store.has(source.sha256)) !== undefined) return;
  const where = { file: location.path };
  await copyFile(location.path, source.sha256, {
    ctx,
    fail: (cause) =>
      cause === undefined
        ? new ToolError('DOWNLOAD_HASH', `the archive of ${label} has other bytes than uv.lock promises`, {
            where,
            hint: 'if it was replaced on purpose, run uv lock',
          })
        : new ToolError('SOURCE_MISSING', `the archive of ${label} cannot be read`, {
            where,
            hint: 'put it back, or change its entry in [tool.uv.sources] and run uv lock',
            cause,
          }),
  });
}

/** The parsed pyproject.toml of a source, undefined if it has none. Errors: PROJECT_BROKEN. */
export async function pyprojectOf({ files, subdirectory }: ReadSource, label: string): Promise<TomlTable | undefined> {
  const path = join(subdirectory ?? '', 'pyproject.toml').replaceAll('\\', '/');
  const file = files.find((candidate) => candidate.path === path);
  if (file?.type !== 'file') return undefined;
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(await file.content()));
  } catch (cause) {
    throw new ToolError('PROJECT_BROKEN', `pyproject.toml of ${label} cannot be read`, { cause });
  }
}
