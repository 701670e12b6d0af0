import type { Key } from 'openpgp';
import type { Context } from '../context.ts';
import { asDigest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Stanza } from './deb822.ts';
import { fetchBytes } from './get.ts';
import { scanIndex } from './indexes.ts';
import { readInRelease, type SignedFile } from './inrelease.ts';
import type { Archive } from './keyring.ts';
import { xzChunks } from './xz.ts';

/** One suite of an archive, by codename: `stable` and `oldstable` move. */
export interface Suite {
  readonly archive: Archive;
  readonly name: string;
}

/** The suites of a release, in the order in which equal versions are taken. */
export function suitesOf(codename: string): readonly Suite[] {
  return [
    { archive: 'debian', name: codename },
    { archive: 'debian', name: `${codename}-updates` },
    { archive: 'debian-security', name: `${codename}-security` },
  ];
}

/** Bounds of what a mirror may send, in bytes; the real ones are 0.14 MB, 10 MB and 57 MB. */
const maxInRelease = 4 * 1024 * 1024;
const maxIndex = 64 * 1024 * 1024;
const maxIndexText = 512 * 1024 * 1024;

export interface SuiteRequest {
  readonly suite: Suite;
  /** URL of the archive, without a trailing slash. */
  readonly mirror: string;
  readonly architecture: string;
  readonly wanted: ReadonlySet<string>;
  readonly keys: readonly Key[];
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly ctx: Context;
}

/** The paragraphs of the wanted packages in one suite, from a verified index. Throws `DEB_SIGNATURE`, `DEB_EXPIRED`, `DEB_INDEX`, `DEB_INDEX_HASH`. */
export async function readSuite(request: SuiteRequest): Promise<readonly Stanza[]> {
  const { suite, mirror, architecture, keys, now, ctx } = request;
  const root = `${mirror}/dists/${suite.name}`;
  const inRelease = await fetchBytes({ url: `${root}/InRelease`, limit: maxInRelease, ctx });
  if (!inRelease) throw missing(`${suite.name} has no InRelease file on the mirror`);
  const release = await readInRelease(Buffer.from(inRelease).toString('utf8'), { suite: suite.name, keys, now });
  const directory = `main/binary-${architecture}`;
  const signed = release.files.get(`${directory}/Packages.xz`);
  if (!signed) throw missing(`${suite.name} has no index of ${architecture} packages`);
  const index = await readIndex(request, { url: `${root}/${directory}/by-hash/SHA256/${signed.sha256}`, signed });
  try {
    return await scanIndex(xzChunks(index, maxIndexText), request.wanted);
  } catch (cause) {
    throw missing(`the index of ${suite.name} cannot be unpacked`, cause);
  }
}

/** The index as signed, from the store or by its hash from the mirror. */
async function readIndex({ suite, ctx }: SuiteRequest, { url, signed }: { readonly url: string; readonly signed: SignedFile }) {
  if (signed.size > maxIndex) throw missing(`the index of ${suite.name} is larger than ${maxIndex} bytes`);
  const digest = asDigest(`sha256:${signed.sha256}`);
  const stored = await ctx.store.read(digest);
  if (stored) return stored;
  const bytes = await fetchBytes({ url, limit: signed.size, ctx });
  if (!bytes) throw missing(`the mirror does not have the index that the InRelease file of ${suite.name} names`);
  const actual = await ctx.store.put(bytes);
  if (actual === digest && bytes.length === signed.size) return bytes;
  throw new ToolError('DEB_INDEX_HASH', `the package index of ${suite.name} is not the signed one`, {
    details: [`signed:   ${digest}, ${signed.size} bytes`, `received: ${actual}, ${bytes.length} bytes`],
    hint: 'run this command again; if it stays, set another mirror in [tool.wherry.debian]',
  });
}

function missing(message: string, cause?: unknown): ToolError {
  return new ToolError('DEB_INDEX', message, {
    hint: 'check that the mirror URL ends where "dists" begins, and that the mirror carries the suite and the architecture',
    cause,
  });
}
