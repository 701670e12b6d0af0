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
  await Promise.all(missing.map((locked) => batch.ready(locked.sha256).catch((error: unknown) => refused(locked, error))));
}

function debDownload({ name, version, archive, path, size, sha256 }: DebianPackage, mirrors: DebianMirrors): Download {
  const url = `${mirrors[archive]}/${path}`;
  return { urls: [url], digest: sha256, size, label: `${name} ${version}`, allowHttp: true, hashError: 'DEB_HASH' };
}

function refused({ name, version, architecture }: DebianPackage, error: unknown): never {
  if (!(error instanceof ToolError) || error.code !== 'DOWNLOAD_NOT_FOUND') throw error;
  throw new ToolError('DEB_GONE', `the Debian package ${name} ${version} (${architecture}) is no longer on the mirror`, {
    details: error.details,
    hint: 'run wherry lock --update to take the current version, or set snapshot in [tool.wherry.debian]',
    cause: error,
  });
}
