import { normalizeName } from '../packaging/index.ts';
import type { SelectionRequest } from '../selection-request.ts';

/** Which extras or groups were asked for. Names are normalised. */
export interface Wanted {
  /** Every one there is. */
  readonly all: boolean;
  readonly names: ReadonlySet<string>;
  /** Wins over both. */
  readonly without: ReadonlySet<string>;
}

/** Whether an extra or a group was asked for; exclusion wins, as in uv. */
export function isWanted({ all, names, without }: Wanted, name: string): boolean {
  return !without.has(name) && (all || names.has(name));
}

/** The extras of a request. */
export function wantedExtras({ extras, allExtras, noExtras }: SelectionRequest): Wanted {
  return { all: allExtras, names: normalized(extras), without: normalized(noExtras) };
}

/** The groups that a request itself names: those that a project has by default are not among them. */
export function askedGroups({ groups, onlyGroups, allGroups, noGroups, dev }: SelectionRequest): Wanted {
  return {
    all: allGroups,
    names: normalized([...groups, ...onlyGroups, ...(dev === true ? ['dev'] : [])]),
    without: normalized([...noGroups, ...(dev === false ? ['dev'] : [])]),
  };
}

/** Adds a project's default groups, but never `dev`: images get that one only if it is asked for. */
export function withDefaults(asked: Wanted, defaults: readonly string[] | 'all'): Wanted {
  const isAsked = isWanted(asked, 'dev');
  if (defaults === 'all') return { ...asked, all: true, without: isAsked ? asked.without : new Set([...asked.without, 'dev']) };
  return { ...asked, names: new Set([...asked.names, ...defaults.filter((group) => group !== 'dev')]) };
}

function normalized(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map(normalizeName));
}
