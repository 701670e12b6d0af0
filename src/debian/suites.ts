import type { Key } from 'openpgp';
import type { Context } from '../context.ts';
import { asDigest } from '../digest.ts';
import { download } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import { discardBody, readBody, redact } from '../http/index.ts';
import type { Stanza } from './deb822.ts';
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

/**
 * The paragraphs of the wanted packages in one suite, from an index whose hash is signed. The index stays in the store.
 * Throws `DEB_SIGNATURE`, `DEB_EXPIRED`, `DEB_INDEX`, `DEB_INDEX_HASH` or an error of the download.
 */
export async function readSuite(request: SuiteRequest): Promise<readonly Stanza[]> {
  const { suite, mirror, architecture, keys, now } = request;
  const root = `${mirror}/dists/${suite.name}`;
  const release = await readInRelease(await fetchInRelease(request, `${root}/InRelease`), { suite: suite.name, keys, now });
  const directory = `main/binary-${architecture}`;
  const signed = release.files.get(`${directory}/Packages.xz`);
  if (!signed) throw unusable(`${suite.name} has no index of ${architecture} packages`);
  // By hash, since a mirror may be changing; some partial mirrors have the plain name only.
  const urls = [`by-hash/SHA256/${signed.sha256}`, 'Packages.xz'].map((name) => `${root}/${directory}/${name}`);
  const index = await fetchIndex(request, urls, signed);
  try {
    return await scanIndex(xzChunks(index, maxIndexText), request.wanted);
  } catch (cause) {
    throw unusable(`the index of ${suite.name} cannot be unpacked`, cause);
  }
}

async function fetchInRelease({ ctx }: SuiteRequest, url: string): Promise<string> {
  const response = await ctx.http.request({ method: 'GET', url, signal: ctx.signal, allowHttp: true });
  if (response.status === 200) return Buffer.from(await readBody(response, maxInRelease)).toString('utf8');
  await discardBody(response.body);
  throw unusable(`the mirror answered ${response.status} for ${redact(url)}`);
}

async function fetchIndex({ suite, ctx }: SuiteRequest, urls: readonly string[], signed: SignedFile): Promise<Uint8Array> {
  if (signed.size > maxIndex) throw unusable(`the index of ${suite.name} is larger than ${maxIndex} bytes`);
  const digest = asDigest(`sha256:${signed.sha256}`);
  const label = `package index of ${suite.name}`;
  try {
    await download({ urls, digest, size: signed.size, label, allowHttp: true, hashError: 'DEB_INDEX_HASH', ctx });
  } catch (cause) {
    if (!(cause instanceof ToolError) || cause.code !== 'DOWNLOAD_NOT_FOUND') throw cause;
    throw unusable(`the mirror does not have the index that the InRelease file of ${suite.name} names`, cause);
  }
  const bytes = await ctx.store.read(digest);
  if (!bytes) throw unusable(`the index of ${suite.name} left the store while it was read`);
  return bytes;
}

function unusable(message: string, cause?: unknown): ToolError {
  return new ToolError('DEB_INDEX', message, {
    hint: 'check that the mirror URL ends where "dists" begins, and that the mirror carries the suite and the architecture',
    cause,
  });
}
