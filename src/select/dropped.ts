import type { Edge, Lock, LockedPackage, WireRequirement } from '../lock/types.ts';
import { packageLabel } from '../package-label.ts';
import { normalizeName } from '../packaging/index.ts';
import { readableMarker } from './conflicts.ts';
import { type Graph, isLocalTree, sortedEdges } from './graph.ts';
import type { Roots } from './roots.ts';
import type { Reached } from './walk.ts';
import type { Wanted } from './wanted.ts';

/** What explains a selection. */
export interface Outcome {
  readonly lock: Lock;
  readonly graph: Graph;
  readonly roots: Roots;
  readonly reached: Reached;
}

interface Claim {
  readonly target: LockedPackage;
  /** Smaller is the better explanation. */
  readonly rank: number;
  readonly reason: string;
}

/** One reason for every package of the lock that the walk did not reach. */
export function explainUnreached(outcome: Outcome): ReadonlyMap<LockedPackage, string> {
  const { lock, roots, reached } = outcome;
  const best = new Map<LockedPackage, Claim>();
  for (const claim of [...lock.packages.flatMap((parent) => claimsOf(parent, outcome)), ...manifestClaims(outcome)]) {
    if (reached.packages.has(claim.target) || roots.packages.includes(claim.target)) continue;
    const known = best.get(claim.target);
    if (known === undefined || isBetter(claim, known)) best.set(claim.target, claim);
  }
  return spread(outcome, new Map([...best].map(([locked, { reason }]) => [locked, reason])));
}

/** Of two equally good reasons one is taken whatever the order of the lock. */
function isBetter(a: Claim, b: Claim): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.reason < b.reason);
}

/** Why the children of an installed package may be missing: their edge's marker, a group, an extra. */
function claimsOf(parent: LockedPackage, { lock, graph, roots, reached }: Outcome): readonly Claim[] {
  const isReached = reached.packages.has(parent);
  if (!isReached && !roots.owners.some(({ locked }) => locked === parent)) return [];
  const isRoot = roots.packages.includes(parent);
  const claims = (edges: readonly Edge[], rank: number, why: (edge: Edge) => string) =>
    edges.map((edge) => ({ target: graph.target(edge), rank, reason: why(edge) }));
  const whenFalse = ({ marker = '' }: Edge) => `marker is false: ${readableMarker(lock, marker)} (${parent.name})`;
  const groups = Object.entries(parent.groups).flatMap(([group, edges]) =>
    isTaken(parent, group, roots)
      ? claims(edges, 0, whenFalse)
      : claims(edges, 1, () => `only in group ${group} of ${parent.name}${leftOut(isRoot ? roots.groups : undefined, group)}`),
  );
  if (!isReached) return groups;
  const active = reached.extras.get(parent);
  const extras = Object.entries(parent.optionalDependencies).flatMap(([extra, edges]) =>
    active?.has(extra)
      ? claims(edges, 0, whenFalse)
      : claims(edges, 2, () => `only in extra ${extra} of ${parent.name}${leftOut(isRoot ? roots.extras : undefined, extra)}`),
  );
  return [...claims(parent.dependencies, 0, whenFalse), ...extras, ...groups];
}

function isTaken(parent: LockedPackage, group: string, { owners }: Roots): boolean {
  return owners.some(({ locked, groups }) => locked === parent && groups.includes(group));
}

/** Says so where something that would have been wanted was left out by name. */
function leftOut(wanted: Wanted | undefined, name: string): string {
  if (wanted === undefined || !wanted.without.has(name)) return '';
  return wanted.all || wanted.names.has(name) ? ', which is left out' : '';
}

/** The same for the groups of a workspace root without [project]. */
function manifestClaims({ lock, graph, roots }: Outcome): readonly Claim[] {
  return Object.entries(lock.manifest.dependencyGroups).flatMap(([group, requirements]) => {
    const isTakenHere = Object.hasOwn(roots.rootGroups, group);
    const why = ({ marker }: WireRequirement) =>
      isTakenHere
        ? `${marker === undefined ? 'another version fits' : `marker is false: ${readableMarker(lock, marker)}`} (group ${group} of the workspace)`
        : `only in group ${group} of the workspace${leftOut(roots.groups, normalizeName(group))}`;
    return requirements.flatMap((requirement) =>
      graph.named(normalizeName(requirement.name)).map((target) => ({ target, rank: isTakenHere ? 0 : 1, reason: why(requirement) })),
    );
  });
}

/** What a missing package would have brought is missing for the same reason. */
function spread({ lock, graph, roots, reached }: Outcome, direct: ReadonlyMap<LockedPackage, string>): ReadonlyMap<LockedPackage, string> {
  const reasons = new Map(direct);
  for (const locked of lock.packages) {
    if (reached.packages.has(locked) || reasons.has(locked) || !isLocalTree(locked)) continue;
    const isRoot = roots.packages.includes(locked);
    reasons.set(locked, isRoot ? 'only dependency groups were asked for' : 'a project of the workspace that was not asked for');
  }
  const queue = [...reasons.keys()].sort((a, b) => (packageLabel(a) < packageLabel(b) ? -1 : 1));
  for (const locked of queue) {
    for (const edge of sortedEdges(allEdges(locked))) {
      const target = graph.target(edge);
      if (reached.packages.has(target) || reasons.has(target)) continue;
      const label = graph.named(locked.name).length > 1 ? packageLabel(locked) : locked.name;
      reasons.set(target, `needed by ${label}, which is not installed`);
      queue.push(target);
    }
  }
  for (const locked of lock.packages) {
    if (!reached.packages.has(locked) && !reasons.has(locked)) reasons.set(locked, 'nothing that was asked for needs it');
  }
  return reasons;
}

function allEdges({ dependencies, optionalDependencies, groups }: LockedPackage): readonly Edge[] {
  return [...dependencies, ...Object.values(optionalDependencies).flat(), ...Object.values(groups).flat()];
}
