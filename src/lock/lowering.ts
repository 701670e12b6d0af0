import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Marker, normalizeName, parseMarker, parseRequirement, type Requirement } from '../packaging/index.ts';
import type { TomlTable } from '../project/types.ts';
import { type Comparable, fromRequirement, indexSource } from './comparable.ts';
import { all, always, any, type Condition, not } from './condition.ts';
import { canonicalUrl, gitRequirement, gitSource, urlRequirement } from './location.ts';
import { isPackage, type NamedIndex, type Scope } from './scope.ts';
import { flagAt, textAt, Unreadable } from './table.ts';
import { isNever } from './truth.ts';

/** Where a requirement stands: sources can be limited to one extra or group. */
export interface Standing {
  readonly extra?: string;
  readonly group?: string;
}

/** Gives a requirement of a pyproject.toml the source that `[tool.uv.sources]` says: one per source and marker, and the rest. */
export function lower(text: string, scope: Scope, standing: Standing = {}): readonly Comparable[] {
  const requirement = parseRequirement(text);
  const extra = standing.extra ?? topLevelExtra(requirement.marker);
  const plain = withExtra({ ...fromRequirement(requirement), source: directSource(requirement, scope) }, standing.extra);
  const { name } = requirement;
  const { noSources } = scope.workspace;
  const own = scope.sources.get(name);
  const listed = own ?? scope.workspace.sources.get(name);
  if (listed === undefined || noSources === true || noSources.has(name)) return [plain];
  const base = own === undefined ? { ...scope, directory: scope.workspace.root } : scope;
  const fitting = listed.filter((source) => fits(source, 'extra', extra) && fits(source, 'group', standing.group));
  const lowered = fitting.map((source) => applySource(plain, source, base));
  const rest = all(not(any(...fitting.map(markerOf))), plain.condition);
  return [...lowered, { ...plain, condition: rest, marker: plain.marker }].filter(({ condition }) => isNever(condition) !== true);
}

/** The extra that a marker requires at its top, as uv reads it for scoped sources. */
function topLevelExtra(marker: Marker | undefined): string | undefined {
  if (marker?.kind === 'extra' && !marker.negated) return marker.name;
  if (marker?.kind !== 'and') return undefined;
  return marker.parts.map(topLevelExtra).find((name) => name !== undefined);
}

function withExtra(comparable: Comparable, extra: string | undefined): Comparable {
  if (extra === undefined) return comparable;
  const { condition, marker } = comparable;
  return { ...comparable, condition: all(condition, { kind: 'extra', name: extra, negated: false }), marker };
}

function fits(source: TomlTable, key: 'extra' | 'group', standing: string | undefined): boolean {
  const wanted = textAt(source, key);
  return wanted === undefined || normalizeName(wanted) === standing;
}

function markerOf(source: TomlTable): Condition {
  const marker = textAt(source, 'marker');
  return marker === undefined ? always : parseMarker(marker);
}

function applySource(plain: Comparable, source: TomlTable, scope: Scope): Comparable {
  const isIndex = source.index !== undefined;
  const marker = textAt(source, 'marker');
  return {
    ...plain,
    specifier: isIndex ? plain.specifier : '',
    source: sourceText(plain.name, source, scope),
    condition: all(markerOf(source), plain.condition),
    marker: [marker, plain.marker].filter((text) => text !== undefined).join(' and ') || undefined,
  };
}

function sourceText(name: string, source: TomlTable, scope: Scope): string {
  if (source.workspace !== undefined) return workspaceSource(name, source, scope);
  if (source.index !== undefined) return namedIndex(textAt(source, 'index') ?? '', source, scope);
  if (source.path !== undefined) return pathSource(path.resolve(scope.directory, textAt(source, 'path') ?? ''), source, scope);
  if (source.url !== undefined) return canonicalUrl(textAt(source, 'url') ?? '', textAt(source, 'subdirectory'));
  if (source.git !== undefined) return repositorySource(source);
  throw new Unreadable(`the source of ${name} has none of workspace, index, path, url, git`);
}

function repositorySource(source: TomlTable): string {
  const references = (['tag', 'branch', 'rev'] as const).filter((key) => source[key] !== undefined);
  const [kind] = references;
  const [subdirectory, file] = [textAt(source, 'subdirectory'), textAt(source, 'path')];
  return gitSource({
    repository: textAt(source, 'git') ?? '',
    ...(kind === undefined ? {} : { reference: [kind, textAt(source, kind) ?? ''] }),
    ...(subdirectory === undefined ? {} : { subdirectory }),
    ...(file === undefined ? {} : { path: file }),
    lfs: flagAt(source, 'lfs') ?? false,
  });
}

function workspaceSource(name: string, source: TomlTable, scope: Scope): string {
  const { members, required, root } = scope.workspace;
  const member = members.get(name);
  if (source.workspace !== true || member === undefined) throw new Unreadable(`${name} is not a member of this workspace`);
  const directory = path.resolve(root, member.path);
  if (!isPackage(member.pyproject.data, required.has(name))) return `virtual ${directory}`;
  return `${(required.get(name) ?? true) ? 'editable' : 'directory'} ${directory}`;
}

function namedIndex(name: string, source: TomlTable, scope: Scope): string {
  const found = [...scope.indexes, ...scope.workspace.indexes].find((index) => index.name === name);
  if (found === undefined) throw new Unreadable(`the index ${name} is not defined`);
  return indexSource(indexLocation(found, scope.workspace.root), conflictOf(source, scope));
}

/** One text per index; paths are made absolute. */
export function indexLocation(index: NamedIndex, root: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(index.url)) return canonicalUrl(index.url);
  return canonicalUrl(`file://${path.resolve(root, index.url)}`);
}

function conflictOf(source: TomlTable, scope: Scope): unknown {
  const [extra, group] = [textAt(source, 'extra'), textAt(source, 'group')];
  if (scope.name === undefined || (extra ?? group) === undefined) return undefined;
  return extra === undefined
    ? { package: scope.name, group: normalizeName(group ?? '') }
    : { package: scope.name, extra: normalizeName(extra) };
}

function pathSource(absolute: string, source: TomlTable, scope: Scope): string {
  const tree = scope.workspace.trees.get(absolute);
  const isDirectory = tree === undefined ? path.extname(absolute) === '' : tree.kind === 'directory';
  if (!isDirectory) return `path ${absolute}`;
  if (flagAt(source, 'editable') === true) return `editable ${absolute}`;
  const data = tree?.kind === 'directory' ? tree.pyproject?.data : undefined;
  const built = flagAt(source, 'package') ?? (data === undefined || isPackage(data, true));
  return `${built ? 'directory' : 'virtual'} ${absolute}`;
}

/** The source that a requirement names itself (PEP 508 `name @ url`). */
function directSource(requirement: Requirement, scope: Scope): string {
  const { url } = requirement;
  if (url === undefined) return '';
  if (url.startsWith('git+')) return gitRequirement(url);
  return url.startsWith('file:') ? pathSource(fileURLToPath(url.replace(/#.*$/, '')), {}, scope) : urlRequirement(url);
}
