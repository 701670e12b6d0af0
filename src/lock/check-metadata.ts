import { normalizeName, parseRequirement, parseSpecifiers, parseVersion } from '../packaging/index.ts';
import { type Comparable, fromRequirement, isSame, showComparable, specifierKey } from './comparable.ts';
import { differs, type Inquiry, type Staleness } from './staleness.ts';
import { isTable, listAt, textAt, textsAt, Unreadable } from './table.ts';

/** Metadata given by hand for one package of others. */
interface StaticMetadata {
  /** Name, version, Python range and extras. */
  readonly key: string;
  /** In order, which uv compares too. */
  readonly requires: readonly Comparable[];
}

/** `tool.uv.dependency-metadata`: metadata given by hand for packages of others. */
export function checkDependencyMetadata({ project, lock, settings }: Inquiry): readonly Staleness[] {
  const locked = metadataList(listAt(lock.manifest.other, 'dependencyMetadata'));
  const declared = metadataList(listAt(settings, 'dependency-metadata'));
  if (locked.length === declared.length && locked.every((one, index) => isSameMetadata(one, declared[index]))) return [];
  const field = { pyproject: project.rootPyproject, keys: ['tool', 'uv', 'dependency-metadata'] };
  return [differs(field, locked.map(show).join('; '), declared.map(show).join('; '))];
}

function metadataList(entries: readonly unknown[]): readonly StaticMetadata[] {
  return entries.map(metadataOf).sort((a, b) => (a.key < b.key ? -1 : 1));
}

function metadataOf(entry: unknown): StaticMetadata {
  if (!isTable(entry)) throw new Unreadable('an entry of dependency-metadata is not a table');
  const version = textAt(entry, 'version');
  const python = specifierKey(parseSpecifiers(textAt(entry, 'requires-python') ?? ''));
  const extras = [...textsAt(entry, 'provides-extras'), ...textsAt(entry, 'provides-extra')].map(normalizeName);
  const facts = [
    `${normalizeName(textAt(entry, 'name') ?? '')}${version === undefined ? '' : ` ${parseVersion(version).text}`}`,
    ...(python === '' ? [] : [`Python ${python}`]),
    ...(extras.length === 0 ? [] : [`extras ${extras.join(',')}`]),
  ];
  const requires = textsAt(entry, 'requires-dist').map((text) => {
    const requirement = parseRequirement(text);
    return { ...fromRequirement(requirement), source: requirement.url ?? '' };
  });
  return { key: facts.join(', '), requires };
}

function isSameMetadata(a: StaticMetadata, b: StaticMetadata | undefined): boolean {
  if (b === undefined || a.key !== b.key || a.requires.length !== b.requires.length) return false;
  return a.requires.every((one, index) => {
    const other = b.requires[index];
    return other !== undefined && isSame(one, other, []);
  });
}

function show({ key, requires }: StaticMetadata): string {
  return `${key} (${requires.map(showComparable).join(', ')})`;
}
