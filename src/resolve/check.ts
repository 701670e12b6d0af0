import { type BaseFacts, currentDigest, type DebianPackage, readImageBase } from '../base/index.ts';
import type { ImageConfig } from '../config/types.ts';
import type { Context } from '../context.ts';
import { compareVersions } from '../debian/index.ts';
import { canonicalJson } from '../json.ts';
import { type Platform, platformName } from '../platform.ts';
import type { Project } from '../project/types.ts';
import { lookUp } from './resolve.ts';
import type { LockedBase, LockedDebianBase, LockedImageBase, WherryLock } from './wherry-lock.ts';

/** What a check of wherry.lock found. A `problem` is an entry that must not be trusted; `outdated` means that something newer exists. */
export interface LockFinding {
  readonly kind: 'problem' | 'outdated';
  readonly reference: string;
  readonly platform: Platform;
  /** One line: the package or value, what the entry says, and what the source says. */
  readonly message: string;
}

export interface CheckOptions {
  readonly lock: WherryLock;
  readonly image: Pick<ImageConfig, 'debian'>;
  readonly project: Pick<Project, 'root'>;
  readonly ctx: Context;
}

/**
 * Compares every base of wherry.lock with its source: Debian packages with the signed indexes, facts of images with the image itself
 * (DESIGN §7). Changes nothing. Whether the lock is complete is told by `resolveTarget` in locked mode. Errors: those of `src/debian` and `src/base`.
 */
export async function checkWherryLock(options: CheckOptions): Promise<readonly LockFinding[]> {
  const findings: LockFinding[] = [];
  for (const entry of options.lock.bases) {
    findings.push(...(entry.kind === 'debian' ? await checkDebian(entry, options) : await checkImage(entry, options)));
  }
  return findings;
}

/** One line per finding, for people. */
export function findingLine({ kind, reference, platform, message }: LockFinding): string {
  return `${kind}: ${reference} for ${platformName(platform)}: ${message}`;
}

async function checkDebian(entry: LockedDebianBase, { image, project, ctx }: CheckOptions): Promise<LockFinding[]> {
  const fresh = await lookUp({ image, project, platform: entry.platform, ctx }, entry.reference);
  if (fresh.kind !== 'debian') throw new TypeError('a Debian name gives a Debian base');
  return compareDebian(entry, fresh.base.packages);
}

/** Compares locked packages with those that the signed indexes offer now. Pure. */
export function compareDebian(entry: LockedDebianBase, offered: readonly DebianPackage[]): LockFinding[] {
  const found = new Map(offered.map((each) => [each.name, each]));
  const locked = new Set(entry.base.packages.map(({ name }) => name));
  const lacking = offered
    .filter(({ name }) => !locked.has(name))
    .map(({ name }) => finding(entry, 'problem', `the package ${name} is missing`));
  return [...entry.base.packages.flatMap((each) => comparePackage(entry, each, found.get(each.name))), ...lacking];
}

function comparePackage(entry: LockedBase, locked: DebianPackage, offered: DebianPackage | undefined): LockFinding[] {
  const { name, version } = locked;
  if (offered === undefined) return [finding(entry, 'problem', `${name} ${version} is not a package of this base`)];
  const order = compareVersions(version, offered.version);
  if (order < 0) return [finding(entry, 'outdated', `${name} ${version} is older than ${offered.version} of the signed index`)];
  if (order > 0) return [finding(entry, 'problem', `${name} ${version} is newer than ${offered.version} of the signed index`)];
  const changed = (['architecture', 'archive', 'path', 'size', 'sha256'] as const).filter((key) => locked[key] !== offered[key]);
  return changed.map((key) =>
    finding(entry, 'problem', `${name} ${version} has ${key} ${locked[key]}, but the signed index says ${offered[key]}`),
  );
}

async function checkImage(entry: LockedImageBase, { project, ctx }: CheckOptions): Promise<LockFinding[]> {
  const { content } = entry.facts;
  if (content.kind !== 'registry') throw new TypeError('an image entry holds a registry base');
  const named = { reference: entry.reference, root: project.root };
  const current = await currentDigest(named, ctx);
  const moved =
    current === content.digest ? [] : [finding(entry, 'outdated', `the name means ${current ?? 'nothing'} by now, not ${content.digest}`)];
  const facts = await readImageBase({ ...named, platform: entry.platform, digest: content.digest }, ctx);
  return [...moved, ...compareFacts(entry, facts)];
}

/** Compares locked facts with those that were read again. Pure. */
export function compareFacts(entry: LockedImageBase, fresh: BaseFacts): LockFinding[] {
  const keys = ['python', 'libc', 'passwd', 'group', 'shell', 'packages', 'sonames', 'config', 'content'] as const;
  const changed = keys.filter((key) => canonicalJson(entry.facts[key]) !== canonicalJson(fresh[key]));
  return changed.map((key) => finding(entry, 'problem', `${key} is not what the image says${brief(entry.facts[key], fresh[key])}`));
}

function brief(locked: unknown, fresh: unknown): string {
  const [own, other] = [itemsOf(locked), itemsOf(fresh)];
  const only = (some: readonly string[], others: readonly string[]) =>
    some
      .filter((item) => !others.includes(item))
      .slice(0, 5)
      .join(', ');
  return `: only in wherry.lock: ${only(own, other) || 'nothing'}; only in the image: ${only(other, own) || 'nothing'}`;
}

function itemsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split('\n').filter((line) => line !== '');
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? item : canonicalJson(item)));
  if (typeof value !== 'object' || value === null) return [canonicalJson(value)];
  return Object.entries(value).map(([key, inner]) => `${key} ${canonicalJson(inner)}`);
}

function finding({ reference, platform }: LockedBase, kind: LockFinding['kind'], message: string): LockFinding {
  return { kind, reference, platform, message };
}
