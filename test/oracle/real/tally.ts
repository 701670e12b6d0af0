import type { Lock } from '../../../src/lock/index.ts';
import type { Allowed, Difference } from './compare.ts';
import { lockLabel } from './locks.ts';
import type { Outcome } from './run.ts';

/** The figures of a whole run. */
export interface Tally {
  readonly locks: number;
  readonly repositories: number;
  readonly unread: readonly string[];
  readonly cases: number;
  readonly refused: number;
  readonly packages: number;
  readonly files: number;
  readonly equal: number;
  readonly explained: number;
  /** One line each, at most one for a package and kind of a lock. */
  readonly unexplained: readonly string[];
  /** Rows of the table for locks of this run that matched nothing. */
  readonly unused: readonly Allowed[];
  /** How many locks have what. */
  readonly traits: ReadonlyMap<string, number>;
}

/** Sums the outcomes, and holds their differences against the table. */
export function tallyOf(outcomes: readonly Outcome[], allowed: readonly Allowed[]): Tally {
  const used = new Set<Allowed>();
  const unexplained = new Map<string, string>();
  const cases = outcomes.flatMap((outcome) => outcome.cases.map((one) => ({ ...one, label: lockLabel(outcome.checkout.lock) })));
  let explained = 0;
  for (const { asked, differences, label } of cases) {
    const left = differences.filter((difference) => {
      const row = allowed.find((candidate) => matches(candidate, label, difference));
      if (row !== undefined) used.add(row);
      return row === undefined;
    });
    if (left.length === 0 && differences.length > 0) explained += 1;
    for (const { kind, package: name, uv, wherry } of left) {
      const place = `Python ${asked.place.minor} ${asked.place.platform} ${asked.flags.join(' ')}`.trim();
      const key = `${label} ${kind} ${name}`;
      if (!unexplained.has(key)) unexplained.set(key, `${label} (${place}): ${kind} ${name}: uv ${uv}; Wherry ${wherry}`);
    }
  }
  const labels = outcomes.map(({ checkout }) => lockLabel(checkout.lock));
  const concerned = allowed.filter(({ lock }) => labels.some((label) => whole(lock).test(label)));
  return {
    locks: outcomes.filter((outcome) => outcome.unread === undefined && outcome.cases.length > 0).length,
    repositories: new Set(outcomes.map(({ checkout }) => checkout.lock.repository)).size,
    unread: outcomes.flatMap(({ checkout, unread }) => (unread === undefined ? [] : [`${lockLabel(checkout.lock)}: ${unread}`])),
    cases: cases.length,
    refused: cases.filter(({ packages }) => packages === undefined).length,
    packages: sum(cases.map(({ packages }) => packages ?? 0)),
    files: sum(cases.map(({ files }) => files)),
    equal: cases.filter(({ differences }) => differences.length === 0).length,
    explained,
    unexplained: [...unexplained.values()],
    unused: concerned.filter((row) => !used.has(row)),
    traits: countTraits(outcomes),
  };
}

function matches(row: Allowed, label: string, difference: Difference): boolean {
  const isSaid = row.wherry === undefined || whole(row.wherry).test(difference.wherry);
  return isSaid && row.kind === difference.kind && whole(row.lock).test(label) && whole(row.package).test(difference.package);
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

/** What makes a lock more than a list of packages from one index. */
export function traitsOf(lock: Lock): readonly string[] {
  const kinds = new Set<string>(lock.packages.map(({ source }) => source.kind));
  const registries = new Set(lock.packages.flatMap(({ source }) => (source.kind === 'registry' ? [source.registry] : [])));
  const names = new Set(lock.packages.map(({ name }) => name));
  const roots = lock.packages.filter(({ source }) => 'directory' in source);
  const tests: readonly (readonly [string, boolean])[] = [
    ['workspaces', lock.manifest.members.length > 1],
    ['extras', roots.some(({ optionalDependencies }) => Object.keys(optionalDependencies).length > 0)],
    [
      'dependency groups',
      roots.some(({ groups }) => Object.keys(groups).length > 0) || Object.keys(lock.manifest.dependencyGroups).length > 0,
    ],
    ['declared conflicts', lock.conflicts.length > 0],
    ['several versions of one package', names.size < lock.packages.length],
    ['packages from git', kinds.has('git')],
    ['packages from a URL', kinds.has('url')],
    ['more than one index', registries.size > 1],
    ['limited environments', lock.supportedMarkers.length > 0],
    ['more than 200 packages', lock.packages.length > 200],
  ];
  return tests.flatMap(([name, holds]) => (holds ? [name] : []));
}

function countTraits(outcomes: readonly Outcome[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const trait of outcomes.flatMap(({ traits }) => traits)) counts.set(trait, (counts.get(trait) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
