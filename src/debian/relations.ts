import type { Stanza } from './deb822.ts';
import { compareVersions } from './version.ts';

/** One alternative of a dependency: `libc6 (>= 2.38)`. */
export interface Relation {
  readonly name: string;
  readonly operator?: string;
  readonly version?: string;
}

/** Alternatives of which one has to be there. */
export type Dependency = readonly Relation[];

const form = /^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?(?:\s*\(\s*(<<|<=|=|>=|>>)\s*([^)\s]+)\s*\))?$/;

function parseRelation(text: string): Relation {
  const match = form.exec(text.trim());
  if (!match?.[1]) throw new TypeError(`not a package relation: ${JSON.stringify(text)}`);
  if (match[2] === undefined || match[3] === undefined) return { name: match[1] };
  return { name: match[1], operator: match[2], version: match[3] };
}

/** Reads a relation field such as `Depends` (Debian Policy §7.1); throws `TypeError` on anything else. */
export function parseRelations(field: string | undefined): readonly Dependency[] {
  if (!field?.trim()) return [];
  return field.split(',').map((group) => group.split('|').map(parseRelation));
}

/** A dependency as it is written in a control file. */
export function formatDependency(dependency: Dependency): string {
  return dependency.map(({ name, operator, version }) => (operator ? `${name} (${operator} ${version})` : name)).join(' | ');
}

function holds(order: number, operator: string): boolean {
  if (operator === '=') return order === 0;
  if (operator === '<<') return order < 0;
  if (operator === '>>') return order > 0;
  return operator === '<=' ? order <= 0 : order >= 0;
}

/** What a set of packages offers: versions by name, provided names included; an unversioned `Provides` has no version. */
export function offers(packages: readonly Stanza[]): ReadonlyMap<string, readonly (string | undefined)[]> {
  const offered = new Map<string, (string | undefined)[]>();
  const add = (name: string, version: string | undefined) => offered.set(name, [...(offered.get(name) ?? []), version]);
  for (const stanza of packages) {
    add(stanza.get('package') ?? '', stanza.get('version'));
    for (const [provided] of parseRelations(stanza.get('provides'))) if (provided) add(provided.name, provided.version);
  }
  return offered;
}

/** Whether one of the alternatives is offered; an unversioned `Provides` never meets a versioned relation. */
export function isMet(dependency: Dependency, offered: ReturnType<typeof offers>): boolean {
  return dependency.some(({ name, operator, version }) => {
    const versions = offered.get(name) ?? [];
    if (operator === undefined || version === undefined) return versions.length > 0;
    return versions.some((have) => have !== undefined && holds(compareVersions(have, version), operator));
  });
}
