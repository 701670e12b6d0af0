import { platformName } from '../platform.ts';
import {
  compareBases,
  compareBuilds,
  compareRequirements,
  type LockedBase,
  type LockedBuild,
  type LockedDebianBase,
  type LockedImageBase,
  type LockedRequirement,
  type WherryLock,
  wherryLockVersion,
} from './wherry-lock.ts';

type Value = string | number | boolean | readonly string[] | Readonly<Record<string, string | number>>;

/** The text of wherry.lock: equal locks give equal bytes, one line per package, so that a change reads well in a review. */
export function formatWherryLock(lock: WherryLock): string {
  const head = ['# Made by Wherry; commit it. `wherry lock --update` takes newer versions.', `version = ${wherryLockVersion}`];
  const bases = lock.bases.toSorted(compareBases).flatMap((entry) => ['', '[[base]]', ...baseLines(entry)]);
  const requirements = lock.requirements
    .toSorted(compareRequirements)
    .flatMap((entry) => ['', '[[requirement]]', ...requirementLines(entry)]);
  const builds = lock.builds.toSorted(compareBuilds).flatMap((entry) => ['', '[[build]]', ...buildLines(entry)]);
  const sizes = Object.entries(lock.sizes).sort(([a], [b]) => (a < b ? -1 : 1));
  const sizeLines = sizes.length === 0 ? [] : ['', '[sizes]', ...sizes.map(([digest, bytes]) => `${quote(digest)} = ${bytes}`)];
  return `${[...head, ...bases, ...requirements, ...builds, ...sizeLines].join('\n')}\n`;
}

function baseLines(entry: LockedBase): string[] {
  const head = [
    ...assign('reference', entry.reference),
    ...assign('platform', platformName(entry.platform)),
    ...assign('kind', entry.kind),
  ];
  return [...head, ...(entry.kind === 'debian' ? debianLines(entry) : imageLines(entry))];
}

function requirementLines({ name, version, resolved, requiresPython, requires, files }: LockedRequirement): string[] {
  return [
    ...assign('name', name),
    ...assign('version', version),
    ...(resolved === undefined ? [] : assign('resolved', resolved)),
    ...(requiresPython === undefined ? [] : assign('requires-python', requiresPython)),
    ...(requires === undefined ? [] : assign('requires', requires)),
    ...table(
      'file',
      files.map(({ filename, size, sha256 }) => ({ filename, ...(size === undefined ? {} : { size }), sha256 })),
    ),
  ];
}

function buildLines({ name, source, python, backend, backendPath, requires, more, tools }: LockedBuild): string[] {
  return [
    ...assign('name', name),
    ...assign('source', source),
    ...assign('python', python),
    ...assign('backend', backend),
    ...(backendPath.length === 0 ? [] : assign('backend-path', backendPath)),
    ...assign('requires', requires),
    ...(more.length === 0 ? [] : assign('more', more)),
    ...table(
      'tool',
      tools.map(({ name: tool, version, filename, size, sha256 }) => ({ name: tool, version, filename, size, sha256 })),
    ),
  ];
}

function debianLines({ base }: LockedDebianBase): string[] {
  const packages = base.packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return table(
    'package',
    packages.map(({ name, version, architecture, archive, path, size, sha256 }) => ({
      name,
      version,
      architecture,
      archive,
      path,
      size,
      sha256,
    })),
  );
}

function imageLines({ facts }: LockedImageBase): string[] {
  const { python, libc, config, content } = facts;
  if (content.kind !== 'registry') throw new TypeError('an image entry holds a registry base');
  return [
    ...assign('digest', content.digest),
    ...assign('manifest', content.manifest),
    ...assign('python', { path: python.path, version: python.version }),
    ...assign('libc', { kind: libc.kind, version: libc.version }),
    ...assign('shell', facts.shell),
    ...assign('env', config.env),
    ...assign('labels', sortedRecord(config.labels)),
    ...assign('volumes', config.volumes),
    ...assign('exposed-ports', config.exposedPorts),
    ...assign('passwd', linesOf(facts.passwd)),
    ...assign('group', linesOf(facts.group)),
    ...assign('packages', facts.packages),
    ...assign('sonames', facts.sonames),
    ...table(
      'layer',
      content.layers.map(({ mediaType, digest, size, diffId }) => ({ mediaType, digest, size, diffId })),
    ),
  ];
}

function assign(key: string, value: Value): string[] {
  if (!Array.isArray(value)) return [`${key} = ${inline(value as Exclude<Value, readonly string[]>)}`];
  if (value.length === 0) return [`${key} = []`];
  return [`${key} = [`, ...value.map((item: string) => `  ${quote(item)},`), ']'];
}

function table(key: string, rows: readonly Readonly<Record<string, string | number>>[]): string[] {
  return [`${key} = [`, ...rows.map((row) => `  ${inline(row)},`), ']'];
}

function inline(value: string | number | boolean | Readonly<Record<string, string | number>>): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return String(value);
  const pairs = Object.entries(value).map(([key, item]) => `${/^[A-Za-z0-9_-]+$/.test(key) ? key : quote(key)} = ${inline(item)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

// JSON's escapes are TOML's, except that TOML wants DEL escaped too.
function quote(text: string): string {
  return JSON.stringify(text).replaceAll('\x7f', '\\u007f');
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function sortedRecord(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
