import type { DebianPackage } from '../base/facts.ts';
import type { Context } from '../context.ts';
import { hexOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { checkDeb } from './deb.ts';
import { fetchBytes } from './get.ts';
import type { DebianMirrors } from './mirrors.ts';

/** Simultaneous downloads from one mirror. */
const parallel = 6;

/**
 * Puts all packages into the store; those that are there are not asked for. `mirrors` is called only if something is missing.
 * Throws `DEB_GONE`, `DEB_HASH`, `DEB_MISMATCH`, `DEB_ARCHIVE` or `DOWNLOAD_FAILED`.
 */
export async function fetchDebs(packages: readonly DebianPackage[], mirrors: DebianMirrors, ctx: Context): Promise<void> {
  const queue = [...packages];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await fetchDeb(next, mirrors, ctx);
  };
  await Promise.all(Array.from({ length: parallel }, work));
}

async function fetchDeb(locked: DebianPackage, mirrors: DebianMirrors, ctx: Context): Promise<void> {
  if ((await ctx.store.has(locked.sha256)) !== undefined) return;
  const bytes = await fetchBytes({ url: `${mirrors[locked.archive]}/${locked.path}`, limit: locked.size, ctx });
  if (!bytes) throw gone(locked);
  const writer = await ctx.store.writer();
  try {
    await writer.write(bytes);
    if (bytes.length !== locked.size) throw new RangeError('wrong size');
    await checkDeb(bytes, locked);
    await writer.commit(locked.sha256);
  } catch (cause) {
    await writer.abort();
    if (cause instanceof ToolError && cause.code.startsWith('DEB_')) throw cause;
    throw new ToolError('DEB_HASH', `the Debian package ${locked.name} ${locked.version} is not the locked one`, {
      details: [`expected: ${hexOf(locked.sha256)}, ${locked.size} bytes`, `received: ${bytes.length} bytes`],
      cause,
    });
  }
}

function gone({ name, version, architecture }: DebianPackage): ToolError {
  return new ToolError('DEB_GONE', `the Debian package ${name} ${version} (${architecture}) is no longer on the mirror`, {
    hint: 'run wherry lock --update to take the current version, or set snapshot in [tool.wherry.debian]',
  });
}
