import { type Place, ShapeError } from './shape.ts';
import { sourceKey } from './source.ts';
import type { Edge, LockedPackage } from './types.ts';

/** Refuses a graph that no resolver writes: duplicate packages or edges, edges that lead nowhere or to several packages. */
export function checkGraph(packages: readonly LockedPackage[], top: string): void {
  const byName = Map.groupBy(packages, (locked) => locked.name);
  const seen = new Set<string>();
  for (const [index, locked] of packages.entries()) {
    const key = JSON.stringify([locked.name, locked.version, sourceKey(locked.source)]);
    if (seen.has(key)) throw new ShapeError([top, index], `lists ${locked.name} ${locked.version ?? ''} twice`.replace('  ', ' '));
    seen.add(key);
    checkEdges(locked, byName, [top, index]);
  }
}

type ByName = ReadonlyMap<string, readonly LockedPackage[]>;

function checkEdges(locked: LockedPackage, byName: ByName, place: Place): void {
  checkList(locked.dependencies, byName, [...place, 'dependencies']);
  for (const [extra, edges] of Object.entries(locked.optionalDependencies)) {
    checkList(edges, byName, [...place, 'optional-dependencies', extra]);
  }
  for (const [group, edges] of Object.entries(locked.groups)) {
    checkList(edges, byName, [...place, 'dev-dependencies', group]);
  }
}

function checkList(edges: readonly Edge[], byName: ByName, place: Place): void {
  const seen = new Set<string>();
  for (const [index, edge] of edges.entries()) {
    const key = JSON.stringify([edge.name, edge.version, edge.source && sourceKey(edge.source), edge.extras.toSorted(), edge.marker]);
    if (seen.has(key)) throw new ShapeError([...place, index], `lists the dependency ${edge.name} twice`);
    seen.add(key);
    const count = targetsOf(edge, byName).length;
    if (count === 0) throw new ShapeError([...place, index], `names ${edge.name}, which the lock does not hold`);
    if (count > 1) throw new ShapeError([...place, index], `names ${edge.name} without saying which of ${count}`);
  }
}

/** The packages that an edge can mean; exactly one in a sound lock. */
function targetsOf(edge: Edge, byName: ByName): readonly LockedPackage[] {
  const source = edge.source && sourceKey(edge.source);
  return (byName.get(edge.name) ?? []).filter(
    (locked) =>
      (edge.version === undefined || locked.version === edge.version) && (source === undefined || sourceKey(locked.source) === source),
  );
}
