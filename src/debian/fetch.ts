import type { DebianPackage } from '../base/facts.ts';
import type { Context } from '../context.ts';
import { type Download, startDownloads } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import type { DebianMirrors } from './mirrors.ts';

/** Mirrors, or how to find them: asked only when something has to be fetched. */
export type MirrorSource = DebianMirrors | (() => DebianMirrors | Promise<DebianMirrors>);

/**
 * Puts all packages into the store; nothing is sent for those that are there, and without missing ones no mirror is needed.
 * Throws `DEB_GONE`, `DEB_HASH`, `DEB_NO_MIRROR` or an error of the download.
 */
export async function fetchDebs(packages: readonly DebianPackage[], mirrors: MirrorSource, ctx: Context): Promise<void> {
  const stored = await Promise.all(packages.map(async ({ sha256 }) => (await ctx.store.has(sha256)) !== undefined));
  const missing = packages.filter((_, index) => !stored[index]);
  if (missing.length === 0) return;
  const known = typeof mirrors === 'function' ? await mirrors() : mirrors;
  const batch = startDownloads(
    missing.map((locked) => debDownload(locked, known)),
    { ctx },
  );
  let first: DebianPackage | undefined;
  for (const locked of missing) {
    batch.ready(locked.sha256).catch(() => {
      first ??= locked;
    });
  }
  await batch.done.catch((error: unknown) => refused(first, error));
}

function debDownload({ name, version, archive, path, size, sha256 }: DebianPackage, mirrors: DebianMirrors): Download {
  const roots = [mirrors[archive], ...(mirrors.snapshot ? [mirrors.snapshot[archive]] : [])];
  return {
    urls: roots.map((root) => `${root}/${path}`),
    digest: sha256,
    size,
    label: `${name} ${version}`,
    allowHttp: true,
    hashError: 'DEB_HASH',
  };
}

function refused(locked: DebianPackage | undefined, error: unknown): never {
  if (!locked || !(error instanceof ToolError) || error.code !== 'DOWNLOAD_NOT_FOUND') throw error;
  const { name, version, architecture } = locked;
  throw new ToolError('DEB_GONE', `the Debian package ${name} ${version} (${architecture}) is no longer on the mirror`, {
    details: error.details,
    hint: 'run wherry lock --update to take the current version, or set snapshot in [tool.wherry.debian]',
    cause: error,
  });
}
