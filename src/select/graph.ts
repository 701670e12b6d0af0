import { ToolError } from '../errors/index.ts';
import { canonicalJson } from '../json.ts';
import type { Edge, Lock, LockedPackage } from '../lock/types.ts';
import { packageLabel } from '../package-label.ts';

/** The packages of a lock by name, and the way from an edge to its package. */
export interface Graph {
  /** Empty for a name that the lock does not have. */
  named(name: string): readonly LockedPackage[];
  /** Throws `LOCK_INCONSISTENT` if no package, or more than one, matches. */
  target(edge: Edge): LockedPackage;
}

/** Indexes a lock; cost is linear in its packages. */
export function makeGraph(lock: Lock): Graph {
  const byName = new Map<string, LockedPackage[]>();
  for (const locked of lock.packages) {
    const same = byName.get(locked.name);
    if (same === undefined) byName.set(locked.name, [locked]);
    else same.push(locked);
  }
  const named = (name: string): readonly LockedPackage[] => byName.get(name) ?? [];
  return { named, target: (edge) => findTarget(lock, named(edge.name), edge) };
}

/** Whether the package is a directory on this host rather than a file from elsewhere. */
export function isLocalTree(locked: LockedPackage): boolean {
  return locked.source.kind === 'directory' || locked.source.kind === 'editable' || locked.source.kind === 'virtual';
}

/** Edges in an order of their own, so that what is said about a lock does not depend on the order in which it lists them. */
export function sortedEdges(edges: readonly Edge[]): readonly Edge[] {
  return edges.length < 2 ? edges : edges.toSorted((a, b) => compare(a.name, b.name) || compare(edgeKey(a), edgeKey(b)));
}

/** What tells edges to one name apart. */
function edgeKey({ version = '', source, extras, marker = '' }: Edge): string {
  return [version, source === undefined ? '' : canonicalJson(source), extras.join(), marker].join('\0');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function findTarget(lock: Lock, candidates: readonly LockedPackage[], edge: Edge): LockedPackage {
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only;
  const matching = candidates.filter((candidate) => matches(candidate, edge));
  const [match, ...further] = matching;
  if (match !== undefined && further.length === 0) return match;
  const found = matching.length === 0 ? 'no package' : `${matching.length} packages`;
  throw new ToolError('LOCK_INCONSISTENT', `uv.lock has ${found} for the dependency ${packageLabel(edge)}`, {
    hint: 'run uv lock',
    where: { file: lock.file },
  });
}

function matches(candidate: LockedPackage, edge: Edge): boolean {
  if (edge.source !== undefined && canonicalJson(edge.source) !== canonicalJson(candidate.source)) return false;
  if (edge.version !== undefined) return edge.version === candidate.version;
  return edge.source === undefined || candidate.version === undefined || !isLocalTree(candidate);
}
