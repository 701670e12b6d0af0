import type { DebianBase, DebianPackage } from '../base/facts.ts';
import type { Context } from '../context.ts';
import { asDigest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Architecture, Platform } from '../platform.ts';
import { checkClosure } from './closure.ts';
import type { Stanza } from './deb822.ts';
import { newest } from './indexes.ts';
import { type Archive, archiveKeys } from './keyring.ts';
import type { DebianMirrors } from './mirrors.ts';
import { basePackages, type Release, releaseSpec } from './packages.ts';
import { readSuite, suitesOf } from './suites.ts';

export interface LockDebianOptions {
  readonly release: Release;
  /** Whether the base has `/bin/sh`; false is the `-noshell` variant. */
  readonly shell: boolean;
  readonly platform: Platform;
  readonly mirrors: DebianMirrors;
  readonly ctx: Context;
  /** Trusted keys by archive; default: Debian's. */
  readonly keys?: typeof archiveKeys;
  /** Milliseconds since 1970, for the dates of the signatures; default: the clock. */
  readonly now?: number;
}

interface Candidate {
  readonly archive: Archive;
  readonly stanza: Stanza;
}

/**
 * Chooses the packages of an assembled base: the highest version over the release's suites, from indexes whose signatures and hashes were checked.
 * Throws `DEB_SIGNATURE`, `DEB_EXPIRED`, `DEB_INDEX`, `DEB_INDEX_HASH`, `DEB_NOT_FOUND`, `DEB_CLOSURE` or `DOWNLOAD_FAILED`.
 */
export async function lockDebianBase(options: LockDebianOptions): Promise<DebianBase> {
  const { release, shell, platform } = options;
  const names = basePackages(release, shell);
  const best = newest(await readCandidates(options, new Set(names)));
  const chosen = names.map((name) => best.get(name) ?? notFound(name, options));
  checkClosure(chosen.map(({ stanza }) => stanza));
  return { kind: 'debian', release, shell, packages: chosen.map((candidate) => lockedPackage(candidate, platform.architecture)) };
}

async function readCandidates(options: LockDebianOptions, wanted: ReadonlySet<string>): Promise<readonly Candidate[]> {
  const { release, platform, mirrors, ctx, keys = archiveKeys, now = Date.now() } = options;
  const found = await Promise.allSettled(
    suitesOf(releaseSpec(release).codename).map(async (suite) => {
      const request = {
        suite,
        mirror: mirrors[suite.archive],
        architecture: platform.architecture,
        wanted,
        keys: await keys(suite.archive),
        now,
        ctx,
      };
      return (await readSuite(request)).map((stanza) => ({ archive: suite.archive, stanza }));
    }),
  );
  // All are awaited, so that nothing goes on after an error and the same error is thrown each time.
  const failed = found.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
}

function notFound(name: string, { release, platform }: LockDebianOptions): never {
  throw new ToolError('DEB_NOT_FOUND', `the mirror has no package ${name} for debian:${release} on ${platform.architecture}`, {
    hint: 'use a complete mirror: set mirror in [tool.wherry.debian]',
  });
}

/** Paths come from a signed index, but still end in URLs and messages. */
const poolPath = /^pool\/(?:[A-Za-z0-9+.~_-]+\/)+[A-Za-z0-9+.~_%-]+\.deb$/;

function lockedPackage({ archive, stanza }: Candidate, architecture: Architecture): DebianPackage {
  const field = (name: string) => stanza.get(name) ?? '';
  const [path, size, sha256, own] = [field('filename'), Number(field('size')), field('sha256'), field('architecture')];
  const usable = poolPath.test(path) && !path.includes('..') && Number.isSafeInteger(size) && /^[0-9a-f]{64}$/.test(sha256);
  if (!usable || (own !== architecture && own !== 'all')) {
    throw new ToolError('DEB_INDEX', `the index entry of ${field('package')} ${field('version')} cannot be used`, {
      hint: 'use another mirror',
    });
  }
  return {
    name: field('package'),
    version: field('version'),
    architecture: own,
    archive,
    path,
    size,
    sha256: asDigest(`sha256:${sha256}`),
  };
}
