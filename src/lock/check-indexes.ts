import type { TomlTable } from '../project/types.ts';
import { indexLocation } from './lowering.ts';
import { indexesOf, indexTables, type NamedIndex } from './scope.ts';
import { differs, type Inquiry, type Staleness } from './staleness.ts';
import { listAt, textAt, textsAt } from './table.ts';

/**
 * Registries of the lock that the project no longer names. uv compares only if some index is configured; the default index may be
 * configured outside the project, so without knowing it one unnamed registry is taken to be the default.
 */
export function checkIndexes({ project, lock, settings, surroundings }: Inquiry): readonly Staleness[] {
  const { root, rootPyproject } = project;
  const configured = configuredIndexes(settings, surroundings.defaultIndex);
  if (configured.length === 0) return [];
  const named = [...configured, ...project.members.flatMap(({ pyproject }) => indexesOf(pyproject.data))];
  const known = new Set(named.map((index) => indexLocation(index, root)));
  const registries = new Set(lock.packages.flatMap(({ source }) => (source.kind === 'registry' ? [source.registry] : [])));
  const unknown = [...registries].filter((registry) => !known.has(indexLocation(plain(registry), root)));
  const spare = configured.some(({ isDefault }) => isDefault) ? 0 : 1;
  if (unknown.length <= spare) return [];
  const field = { pyproject: rootPyproject, keys: ['tool', 'uv', 'index'] };
  return [differs(field, unknown.join(', '), configured.map(({ url }) => url).join(', '))];
}

function configuredIndexes(settings: TomlTable, defaultIndex: string | undefined): readonly NamedIndex[] {
  const own = textAt(settings, 'index-url');
  const defaults = [own, defaultIndex].flatMap((url) => (url === undefined ? [] : [{ ...plain(url), isDefault: true }]));
  const more = [...textsAt(settings, 'extra-index-url'), ...textsAt(settings, 'find-links')].map(plain);
  return [...indexTables(listAt(settings, 'index')), ...defaults, ...more];
}

function plain(url: string): NamedIndex {
  return { name: undefined, url, isDefault: false };
}
