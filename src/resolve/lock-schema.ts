import { z } from 'zod';
import type { BaseFacts, DebianBase } from '../base/facts.ts';
import { asDiffId, asDigest } from '../digest.ts';
import { compareVersions, tryParseVersion } from '../packaging/index.ts';
import type { Platform } from '../platform.ts';
import { parseDebianName } from './base-name.ts';
import { fileVersion } from './file-version.ts';
import {
  compareBases,
  compareBuilds,
  compareRequirements,
  type LockedBase,
  type LockedBuild,
  type LockedRequirement,
  type WherryLock,
  wherryLockVersion,
} from './wherry-lock.ts';

// A lock is read once per run, see config/schema.ts.
z.config({ jitless: true });

// Entries are edited by pull requests, so every value is checked before it can become a path, a URL or a line of a file.

const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'not a sha256 digest')
  .transform(asDigest);
const diffId = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'not a sha256 digest')
  .transform(asDiffId);
const size = z
  .int()
  .nonnegative()
  .max(2 ** 40);
const line = z.string().max(65_536).refine(isLine, 'not one line of text');
const word = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[!-~]+$/, 'not one word of ASCII');
const absolutePath = z
  .string()
  .max(512)
  .refine((path) => /^\/[A-Za-z0-9._+/-]+$/.test(path) && hasPlainSegments(path.slice(1)), 'not an absolute path of plain segments');
const poolPath = z
  .string()
  .max(512)
  .refine((path) => /^pool\/[A-Za-z0-9._+~%/-]+\.deb$/.test(path) && hasPlainSegments(path), 'not a path below pool/');

const platform = z.enum(['linux/amd64', 'linux/arm64']).transform((name): Platform => {
  return { os: 'linux', architecture: name === 'linux/amd64' ? 'amd64' : 'arm64' };
});

const debianPackage = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9+.-]{1,127}$/, 'not a Debian package name'),
  version: z.string().regex(/^[0-9][A-Za-z0-9.+:~-]{0,127}$/, 'not a Debian version'),
  architecture: z.enum(['amd64', 'arm64', 'all']),
  archive: z.enum(['debian', 'debian-security']),
  path: poolPath,
  size,
  sha256: digest,
});

const debianEntry = z.strictObject({
  reference: z.string().refine((text) => parseDebianName(text) !== undefined, 'not debian:12, debian:13 or their -noshell variants'),
  platform,
  kind: z.literal('debian'),
  package: z.array(debianPackage).max(10_000),
});

const imageEntry = z.strictObject({
  reference: line.min(1),
  platform,
  kind: z.literal('image'),
  digest,
  manifest: digest,
  python: z.strictObject({ path: absolutePath, version: z.string().regex(/^3\.\d{1,3}\.\d{1,3}$/, 'not a Python version') }),
  libc: z.strictObject({ kind: z.enum(['glibc', 'musl']), version: z.string().regex(/^\d{1,3}\.\d{1,3}$/, 'not a libc version') }),
  shell: z.boolean(),
  env: z.array(line.refine((text) => text.indexOf('=') > 0, 'not NAME=value')),
  labels: z.record(line, z.string().max(65_536)),
  volumes: z.array(line),
  'exposed-ports': z.array(word),
  passwd: z.array(line),
  group: z.array(line),
  packages: z.array(word),
  sonames: z.array(word),
  layer: z.array(z.strictObject({ mediaType: word, digest, size, diffId })).max(1000),
});

const packageName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,126}[a-z0-9])?$/, 'not a normalised package name');
const pythonVersion = z.string().regex(/^[0-9][A-Za-z0-9.!+]{0,127}$/, 'not a version');

const buildTool = z.strictObject({
  name: packageName,
  version: pythonVersion,
  filename: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}\.whl$/, 'not the file name of a wheel'),
  size,
  sha256: digest,
});

const buildEntry = z.strictObject({
  name: packageName,
  source: line.regex(/^(?:sha256:[0-9a-f]{64}|git:[0-9a-f]{40}|path:[^#]+)(?:#.+)?$/, 'not the source of a build'),
  python: z.string().regex(/^3\.\d{1,3}$/, 'not a Python version'),
  backend: z.string().regex(/^[A-Za-z_][\w.]*(?::[A-Za-z_][\w.]*)?$/, 'not a build backend'),
  'backend-path': z.array(line.min(1)).max(100).default([]),
  requires: z.array(line.min(1)).max(1000),
  more: z.array(line.min(1)).max(1000).default([]),
  tool: z.array(buildTool).max(1000),
});

const distributionName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+!~-]{0,254}\.(?:whl|tar\.gz|zip)$/, 'not the name of a wheel or source archive');

const requirementEntry = z.strictObject({
  name: packageName,
  version: pythonVersion,
  resolved: pythonVersion.optional(),
  'requires-python': line.regex(/^[0-9A-Za-z.*,<>=!~+ -]+$/, 'not a range of versions').optional(),
  requires: z.array(line.min(1)).max(10_000).optional(),
  file: z
    .array(z.strictObject({ filename: distributionName, size: size.optional(), sha256: digest }))
    .min(1)
    .max(10_000),
});

const fileSchema = z.strictObject({
  version: z.literal(wherryLockVersion),
  base: z
    .array(z.discriminatedUnion('kind', [debianEntry, imageEntry]))
    .max(1000)
    .default([]),
  requirement: z.array(requirementEntry).max(100_000).default([]),
  build: z.array(buildEntry).max(10_000).default([]),
  sizes: z.record(digest, size).default({}),
});

/** What is wrong, and where: keys and indexes from the top. */
export interface LockProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Turns parsed TOML into a lock, or says what is wrong with it. */
export function lockFromData(data: unknown): WherryLock | LockProblem {
  const result = fileSchema.safeParse(data);
  if (!result.success) return result.error.issues[0] ?? { path: [], message: 'invalid' };
  const bases = result.data.base.map((entry) => (entry.kind === 'debian' ? fromDebian(entry) : fromImage(entry)));
  const duplicate = firstRepeated(bases, compareBases);
  if (duplicate !== -1) return { path: ['base', duplicate], message: 'a second entry of the same base and platform' };
  const requirements = result.data.requirement.map(fromRequirement);
  const foreign = requirements.findIndex((entry) => entry.files.some(({ filename }) => !isFileOf(entry, filename)));
  if (foreign !== -1) return { path: ['requirement', foreign], message: 'a file of another package or version' };
  const again = firstRepeated(requirements, compareRequirements);
  if (again !== -1) return { path: ['requirement', again], message: 'a second entry of the same package and version' };
  const builds = result.data.build.map(fromBuild);
  const repeated = firstRepeated(builds, compareBuilds);
  if (repeated !== -1) return { path: ['build', repeated], message: 'a second entry of the same build' };
  return (
    repeatedPackage(bases) ?? {
      bases: bases.sort(compareBases),
      requirements: requirements.sort(compareRequirements),
      sizes: result.data.sizes,
      builds: builds.sort(compareBuilds),
    }
  );
}

/** Place of the first entry that is the same as one before it; -1 if there is none. */
function firstRepeated<T>(entries: readonly T[], compare: (a: T, b: T) => number): number {
  return entries.findIndex((entry, index) => entries.slice(0, index).some((other) => compare(entry, other) === 0));
}

/** Whether a file belongs to the package and version that it stands for: entries are edited by pull requests. */
function isFileOf({ name, version, resolved = version }: LockedRequirement, filename: string): boolean {
  const found = fileVersion(filename, name);
  const wanted = tryParseVersion(resolved);
  return found !== undefined && wanted !== undefined && compareVersions(found, wanted) === 0;
}

function fromBuild({ 'backend-path': backendPath, tool: tools, ...entry }: z.infer<typeof buildEntry>): LockedBuild {
  return { ...entry, backendPath, tools };
}

function fromRequirement(entry: z.infer<typeof requirementEntry>): LockedRequirement {
  const { name, version, resolved, 'requires-python': requiresPython, requires, file } = entry;
  return {
    name,
    version,
    ...(resolved === undefined ? {} : { resolved }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(requires === undefined ? {} : { requires }),
    files: file.map(({ filename, size: bytes, sha256 }) => ({ filename, sha256, ...(bytes === undefined ? {} : { size: bytes }) })),
  };
}

function fromDebian({ reference, platform: on, package: packages }: z.infer<typeof debianEntry>): LockedBase {
  const name = parseDebianName(reference);
  if (name === undefined) throw new TypeError('the schema lets only Debian names through');
  const base: DebianBase = { kind: 'debian', ...name, packages };
  return { kind: 'debian', reference, platform: on, base };
}

function fromImage(entry: z.infer<typeof imageEntry>): LockedBase {
  const { reference, platform: on, python, libc, shell, packages, sonames } = entry;
  const facts: BaseFacts = {
    platform: on,
    python,
    libc,
    passwd: text(entry.passwd),
    group: text(entry.group),
    shell,
    packages,
    sonames,
    config: { env: entry.env, labels: entry.labels, volumes: entry.volumes, exposedPorts: entry['exposed-ports'] },
    content: { kind: 'registry', reference, digest: entry.digest, manifest: entry.manifest, layers: entry.layer },
  };
  return { kind: 'image', reference, platform: on, facts };
}

function repeatedPackage(bases: readonly LockedBase[]): LockProblem | undefined {
  for (const [index, entry] of bases.entries()) {
    if (entry.kind !== 'debian') continue;
    const names = entry.base.packages.map(({ name }) => name);
    const at = names.findIndex((name, place) => names.indexOf(name) !== place);
    if (at !== -1) return { path: ['base', index, 'package', at], message: 'a package that is listed twice' };
    const foreign = entry.base.packages.findIndex(
      ({ architecture }) => architecture !== 'all' && architecture !== entry.platform.architecture,
    );
    if (foreign !== -1)
      return { path: ['base', index, 'package', foreign, 'architecture'], message: 'not the architecture of the platform' };
  }
  return undefined;
}

function text(lines: readonly string[]): string {
  return lines.map((each) => `${each}\n`).join('');
}

function isLine(value: string): boolean {
  return !/[\0\n\r]/.test(value);
}

function hasPlainSegments(path: string): boolean {
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}
