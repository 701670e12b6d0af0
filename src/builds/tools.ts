import type { Context } from '../context.ts';
import { type Authorize, copyFile, download } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import { fileDigest } from '../file-digest.ts';
import type { IndexClient, IndexFile } from '../indexes/index.ts';
import type { LockedTool } from '../resolve/index.ts';
import { openZip } from '../zip/index.ts';
import type { Candidate } from './candidates.ts';

export interface ToolMeans {
  readonly ctx: Context;
  readonly authorize: Authorize;
}

const maxMetadata = 4 * 1024 * 1024;

/** Brings a chosen wheel into the store. Errors: those of downloads and archives, SOURCE_MISSING. */
export async function fetchCandidate(
  { file, wheel }: Candidate,
  means: ToolMeans,
): Promise<{ readonly tool: LockedTool; readonly metadata: string }> {
  const { store } = means.ctx;
  const sha256 = await bring(file, means);
  const size = await store.has(sha256);
  if (size === undefined) throw new ToolError('STORE_DAMAGED', `${file.filename} vanished from the store`);
  const tool = { name: wheel.name, version: wheel.version.text, filename: file.filename, sha256, size };
  return { tool, metadata: metadataOf(store.path(sha256), file.filename) };
}

async function bring(file: IndexFile, { ctx, authorize }: ToolMeans): Promise<LockedTool['sha256']> {
  const { location, sha256, size, filename } = file;
  if ('path' in location) return await copyIn(location.path, ctx);
  if (sha256 === undefined) throw new TypeError('a file without a digest is no candidate');
  await download({ urls: [location.url], digest: sha256, size, label: filename, ctx, authorize });
  return sha256;
}

/** Of a directory's file the digest is known only when it was read; then it must still be the same. */
async function copyIn(path: string, ctx: Context): Promise<LockedTool['sha256']> {
  const fail = (cause?: unknown) =>
    new ToolError('SOURCE_MISSING', `cannot read ${path}`, { cause, hint: 'run the command again when nothing writes there' });
  const sha256 = await fileDigest(path).catch((cause: unknown) => {
    throw fail(cause);
  });
  await copyFile(path, sha256, { ctx, fail });
  return sha256;
}

function metadataOf(path: string, label: string): string {
  const zip = openZip(path, { label });
  const entry = zip.entries.find((candidate) => /^[^/]+\.dist-info\/METADATA$/.test(candidate.path));
  if (entry === undefined) throw new ToolError('WHEEL_INVALID', `${label} has no METADATA`);
  return new TextDecoder().decode(zip.readAll(entry, maxMetadata));
}

/** Brings locked wheels that the store lacks: looked for by name in the indexes, taken by digest. Errors: BUILD_REQUIRES_MISSING, those of downloads. */
export async function ensureTools(
  tools: readonly LockedTool[],
  means: ToolMeans & { readonly client: () => Promise<IndexClient> },
): Promise<void> {
  for (const tool of tools) {
    if ((await means.ctx.store.has(tool.sha256)) !== undefined) continue;
    if (means.ctx.offline) {
      const hint = 'run the command once without --offline';
      throw new ToolError('OFFLINE_MISSING', `${tool.filename}, which builds, is not in the store and no request may be sent`, { hint });
    }
    await bringLocked(tool, means, await means.client());
  }
}

async function bringLocked(tool: LockedTool, means: ToolMeans, client: IndexClient): Promise<void> {
  for await (const { files } of client.project(tool.name)) {
    for (const file of files) {
      if (file.filename !== tool.filename) continue;
      const found = file.sha256 ?? ('path' in file.location ? await fileDigest(file.location.path) : undefined);
      if (found !== tool.sha256) continue;
      await bring({ ...file, size: tool.size, sha256: tool.sha256 }, means);
      return;
    }
  }
  throw new ToolError('BUILD_REQUIRES_MISSING', `no package index has ${tool.filename} with the digest in wherry.lock`, {
    details: [tool.sha256, `asked: ${client.places.map(({ origin }) => origin).join(', ') || 'none'}`],
    hint: 'run wherry lock --update to choose again, and commit wherry.lock',
  });
}
