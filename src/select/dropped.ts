import type { Edge, Lock, LockedPackage } from '../lock/types.ts';
import { type Graph, isLocalTree } from './graph.ts';
import type { Reached } from './walk.ts';

interface Claim {
  readonly parent: LockedPackage;
  readonly target: LockedPackage;
  /** Smaller is the better explanation. */
  readonly rank: number;
  readonly reason: string;
}

/** One reason for every package of the lock that the walk did not reach. */
export function explainUnreached(lock: Lock, graph: Graph, reached: Reached): ReadonlyMap<LockedPackage, string> {
  const reasons = new Map<LockedPackage, Claim>();
  for (const parent of lock.packages) {
    if (!reached.packages.has(parent)) continue;
    for (const claim of claimsOf(parent, graph, reached)) {
      const known = reasons.get(claim.target);
      if (!reached.packages.has(claim.target) && (known === undefined || claim.rank < known.rank)) reasons.set(claim.target, claim);
    }
  }
  return spread({ lock, graph, reached, direct: new Map([...reasons].map(([locked, { reason }]) => [locked, reason])) });
}

/** Why the children of an installed package may be missing: their edge's marker, a group, an extra. */
function claimsOf(parent: LockedPackage, graph: Graph, reached: Reached): readonly Claim[] {
  const claims = (edges: readonly Edge[], rank: number, why: (edge: Edge) => string) =>
    edges.map((edge) => ({ parent, target: graph.target(edge), rank, reason: why(edge) }));
  const active = reached.extras.get(parent);
  const whenFalse = ({ marker = '' }: Edge) => `marker is false: ${marker} (${parent.name})`;
  return [
    ...claims(parent.dependencies, 0, whenFalse),
    ...Object.entries(parent.optionalDependencies).flatMap(([extra, edges]) =>
      active?.has(extra) ? claims(edges, 0, whenFalse) : claims(edges, 2, () => `only in extra ${extra} of ${parent.name}`),
    ),
    ...Object.entries(parent.groups).flatMap(([group, edges]) => claims(edges, 1, () => `only in group ${group} of ${parent.name}`)),
  ];
}

/** What a missing package would have brought is missing for the same reason. */
function spread(options: {
  lock: Lock;
  graph: Graph;
  reached: Reached;
  direct: Map<LockedPackage, string>;
}): ReadonlyMap<LockedPackage, string> {
  const { lock, graph, reached, direct } = options;
  const reasons = new Map(direct);
  const queue = [...direct.keys()];
  for (const locked of lock.packages) {
    if (reached.packages.has(locked) || reasons.has(locked) || !isLocalTree(locked)) continue;
    reasons.set(locked, 'a project of the workspace that was not asked for');
    queue.push(locked);
  }
  for (const locked of queue) {
    for (const edge of allEdges(locked)) {
      const target = graph.target(edge);
      if (reached.packages.has(target) || reasons.has(target)) continue;
      reasons.set(target, `needed by ${locked.name}, which is not installed`);
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
