import path from 'node:path';
import { normalizeName, parseMarker, parseSpecifiers, type Requirement, type Specifiers } from '../packaging/index.ts';
import { always, type Condition } from './condition.ts';
import { canonicalGit, canonicalUrl } from './location.ts';
import { redact } from './redact.ts';
import { sameCondition } from './truth.ts';
import type { WireRequirement } from './types.ts';

/** A requirement in the one form in which lock and project are compared. */
export interface Comparable {
  readonly name: string;
  /** Sorted, each once. */
  readonly extras: readonly string[];
  /** Clauses sorted and joined by commas; empty for any version. */
  readonly specifier: string;
  /** Where it comes from: empty for the usual index, else one text per source. */
  readonly source: string;
  readonly condition: Condition;
  /** The marker as people know it. */
  readonly marker: string | undefined;
}

/** The normal form of version specifiers: a set of clauses. */
export function specifierKey(specifiers: Specifiers): string {
  return [...new Set(specifiers.map(clauseKey))].sort().join(',');
}

function clauseKey({ operator, version, wildcard, text }: Specifiers[number]): string {
  if (version === undefined || operator === '===') return `${operator}${text}`;
  // Trailing zeros say something only in wildcards and compatible releases.
  const counts = wildcard || operator === '~=' || /[^\d.]/.test(version.text);
  return `${operator}${counts ? version.text : version.text.replace(/(\.0)+$/, '')}${wildcard ? '.*' : ''}`;
}

/** A requirement of the lock's `requires-dist`, groups or manifest. `root` is the lock's directory. */
export function fromWire(wire: WireRequirement, root: string): Comparable {
  return {
    name: normalizeName(wire.name),
    extras: extrasKey(wire.extras),
    specifier: specifierKey(parseSpecifiers(wire.specifier ?? '')),
    source: wireSource(wire.source, root),
    condition: wire.marker === undefined ? always : parseMarker(wire.marker),
    marker: wire.marker,
  };
}

/** A requirement of a pyproject.toml that comes from the usual index. */
export function fromRequirement(requirement: Requirement): Omit<Comparable, 'source'> {
  return {
    name: requirement.name,
    extras: extrasKey(requirement.extras),
    specifier: specifierKey(requirement.specifiers),
    condition: requirement.marker ?? always,
    marker: requirement.markerText,
  };
}

function extrasKey(extras: readonly string[]): readonly string[] {
  return [...new Set(extras.map(normalizeName))].sort();
}

type WireSource = WireRequirement['source'];

function wireSource(source: WireSource, root: string): string {
  const { git, url, subdirectory, index, conflict, ...rest } = source;
  for (const kind of ['path', 'directory', 'editable', 'virtual'] as const) {
    const value = rest[kind];
    if (typeof value === 'string' && Object.keys(source).length === 1) return `${kind} ${path.resolve(root, value)}`;
  }
  if (Object.keys(rest).length > 0) return JSON.stringify(source);
  if (typeof git === 'string') return canonicalGit(git);
  if (typeof url === 'string') return canonicalUrl(url, typeof subdirectory === 'string' ? subdirectory : undefined);
  return typeof index === 'string' ? indexSource(canonicalUrl(index), conflict) : '';
}

/** One text for a named index; `conflict` is the extra or group that the source is scoped to. */
export function indexSource(index: string, conflict: unknown): string {
  return `index ${index}${conflict === undefined ? '' : ` ${JSON.stringify(conflict)}`}`;
}

/** For people, without credentials. */
export function showComparable({ name, extras, specifier, source, marker }: Comparable): string {
  const extra = extras.length === 0 ? '' : `[${extras.join(',')}]`;
  return redact(`${name}${extra}${specifier}${source === '' ? '' : ` @ ${source}`}${marker === undefined ? '' : `; ${marker}`}`);
}

export interface Difference {
  readonly lock: readonly Comparable[];
  readonly project: readonly Comparable[];
}

/** What only the lock has, and what only the project has. Markers are compared for the Pythons that are allowed. */
export function difference(lock: readonly Comparable[], project: readonly Comparable[], requiresPython: Specifiers): Difference {
  const without = (from: readonly Comparable[], others: readonly Comparable[]) =>
    from.filter((one) => !others.some((other) => isSame(one, other, requiresPython)));
  return { lock: without(lock, project), project: without(project, lock) };
}

/** Whether two requirements are one. Markers are compared for the Pythons that are allowed. */
export function isSame(a: Comparable, b: Comparable, requiresPython: Specifiers): boolean {
  if (a.name !== b.name || a.specifier !== b.specifier || a.source !== b.source) return false;
  if (a.extras.join() !== b.extras.join()) return false;
  return sameCondition(a.condition, b.condition, requiresPython) === true;
}
