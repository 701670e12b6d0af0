import { ToolError } from '../errors/index.ts';

/** A whole number of any size; `bigint` only beyond 2^53, so that equal numbers always have equal types. */
export type Integer = number | bigint;

/** A PEP 440 version, taken apart and normalised. */
export interface Version {
  /** The normal form, for example `1!2.0rc1.post2.dev3+local.1`. */
  readonly text: string;
  readonly epoch: Integer;
  /** At least one number; trailing zeros are kept, for wildcards and `~=`. */
  readonly release: readonly Integer[];
  readonly pre: { readonly kind: 'a' | 'b' | 'rc'; readonly number: Integer } | undefined;
  readonly post: Integer | undefined;
  readonly dev: Integer | undefined;
  /** Empty when there is no local part. */
  readonly local: readonly (Integer | string)[];
}

const versionShape = new RegExp(
  [
    /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)/,
    /(?:[-_.]?(?<pre>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?<preNumber>\d+)?)?/,
    /(?:-(?<implicitPost>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d+)?)?/,
    /(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d+)?)?/,
    /(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/,
  ]
    .map((part) => part.source)
    .join(''),
  'i',
);

const preKinds: Readonly<Record<string, 'a' | 'b' | 'rc'>> = {
  a: 'a',
  alpha: 'a',
  b: 'b',
  beta: 'b',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/** Reads a version in any spelling that PEP 440 allows; throws `VERSION_INVALID`. */
export function parseVersion(text: string): Version {
  const version = tryParseVersion(text);
  if (version === undefined) {
    throw new ToolError('VERSION_INVALID', `${JSON.stringify(text)} is not a version`, {
      hint: 'write it as in PEP 440, for example 1.2.3',
    });
  }
  return version;
}

/** As `parseVersion`, but gives undefined for text that is no version. */
export function tryParseVersion(text: string): Version | undefined {
  const found = versionShape.exec(text.trim())?.groups;
  if (found === undefined) return undefined;
  const parts = {
    epoch: toInteger(found.epoch ?? '0'),
    release: (found.release ?? '0').split('.').map(toInteger),
    pre: readPre(found.pre, found.preNumber),
    post: readPost(found),
    dev: found.dev === undefined ? undefined : toInteger(found.devNumber ?? '0'),
    local: found.local === undefined ? [] : found.local.toLowerCase().split(/[-_.]/).map(readLocal),
  };
  return { ...parts, text: versionText(parts) };
}

/** Order of PEP 440: negative, zero or positive. Trailing zeros of the release do not count, so `1.0` equals `1`. */
export function compareVersions(a: Version, b: Version): number {
  return (
    compareIntegers(a.epoch, b.epoch) || compareReleases(a.release, b.release) || compareSuffixes(a, b) || compareLocals(a.local, b.local)
  );
}

/** Whether the version is an alpha, beta, release candidate or development release. */
export function isPrerelease(version: Version): boolean {
  return version.pre !== undefined || version.dev !== undefined;
}

/** Compares release numbers as if the shorter one ended in zeros. */
export function compareReleases(a: readonly Integer[], b: readonly Integer[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareIntegers(a[index] ?? 0, b[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** The same version without its local part. */
export function publicVersion(version: Version): Version {
  if (version.local.length === 0) return version;
  const parts = { ...version, local: [] };
  return { ...parts, text: versionText(parts) };
}

function toInteger(digits: string): Integer {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

function readPre(label: string | undefined, digits: string | undefined): Version['pre'] {
  const kind = label === undefined ? undefined : preKinds[label.toLowerCase()];
  return kind === undefined ? undefined : { kind, number: toInteger(digits ?? '0') };
}

function readPost(found: Readonly<Record<string, string | undefined>>): Integer | undefined {
  if (found.implicitPost !== undefined) return toInteger(found.implicitPost);
  return found.post === undefined ? undefined : toInteger(found.postNumber ?? '0');
}

function readLocal(segment: string): Integer | string {
  return /^\d+$/.test(segment) ? toInteger(segment) : segment;
}

function versionText(version: Omit<Version, 'text'>): string {
  return [
    version.epoch === 0 ? '' : `${version.epoch}!`,
    version.release.join('.'),
    version.pre === undefined ? '' : `${version.pre.kind}${version.pre.number}`,
    version.post === undefined ? '' : `.post${version.post}`,
    version.dev === undefined ? '' : `.dev${version.dev}`,
    version.local.length === 0 ? '' : `+${version.local.join('.')}`,
  ].join('');
}

function compareIntegers(a: Integer, b: Integer): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Pre-, post- and development part, for equal releases. */
function compareSuffixes(a: Version, b: Version): number {
  return (
    preRank(a) - preRank(b) ||
    compareIntegers(a.pre?.number ?? 0, b.pre?.number ?? 0) ||
    compareIntegers(a.post ?? -1, b.post ?? -1) ||
    compareIntegers(a.dev ?? Infinity, b.dev ?? Infinity)
  );
}

/** `1.dev1` comes before `1a1`, and both before `1`. */
function preRank(version: Version): number {
  if (version.pre !== undefined) return { a: 1, b: 2, rc: 3 }[version.pre.kind];
  return version.post === undefined && version.dev !== undefined ? 0 : 4;
}

function compareLocals(a: Version['local'], b: Version['local']): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareLocalSegments(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareLocalSegments(a: Integer | string, b: Integer | string): number {
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a !== typeof b && (typeof a !== 'string' || typeof b !== 'string')) return typeof a === 'string' ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return compareIntegers(a, b);
}
