import type { Edge, LockedPackage } from '../lock/types.ts';
import { sortedEdges } from './graph.ts';
import { activate, type Start, type WalkInput, withExtras } from './start.ts';

/** Markers that must all hold for a package to be reached on one way; only those that depend on extras. */
type Path = readonly string[];

interface Visit {
  readonly locked: LockedPackage;
  readonly extra: string | undefined;
}

/** Enough ways to one package; more would only repeat the same few conditions. */
const maxPaths = 64;

/**
 * The first of two passes over a lock with conflicts: adds to `active` every extra that an edge switches on.
 * An edge counts only while some way to its parent still holds, because its marker was written under that condition.
 */
export function activateReachedExtras(input: WalkInput, starts: readonly Start[], active: Set<string>): void {
  const { graph, markers } = input;
  const ways = new Ways();
  for (const { locked, extras, marker } of starts) {
    ways.add(locked, extras, [markers.isConditional(marker) && marker !== undefined ? [marker] : []]);
  }
  for (const visit of ways.queue) {
    const parents = ways.to(visit);
    for (const edge of edgesOf(visit)) {
      const extras = withExtras(active, edge);
      const reachable = parents.some((path) => path.every((marker) => markers.holds(marker, extras)));
      if (!reachable || !markers.holds(edge.marker, extras)) continue;
      activate(active, edge.name, edge.extras);
      const own = markers.isConditional(edge.marker) && edge.marker !== undefined ? [edge.marker] : [];
      ways.add(
        graph.target(edge),
        edge.extras,
        parents.map((path) => [...new Set([...path, ...own])].sort()),
      );
    }
  }
}

/** The edges of a package, or of one of its extras. */
export function edgesOf({ locked, extra }: Visit): readonly Edge[] {
  if (extra === undefined) return sortedEdges(locked.dependencies);
  return Object.hasOwn(locked.optionalDependencies, extra) ? sortedEdges(locked.optionalDependencies[extra] ?? []) : [];
}

/** All ways found so far; a package is queued again when a new way may make more of its edges count. */
class Ways {
  readonly queue: Visit[] = [];
  readonly #paths = new Map<LockedPackage, Map<string | undefined, Path[]>>();

  to({ locked, extra }: Visit): readonly Path[] {
    return this.#paths.get(locked)?.get(extra) ?? [];
  }

  add(locked: LockedPackage, extras: readonly string[], paths: readonly Path[]): void {
    for (const extra of [undefined, ...extras]) {
      if (this.#extend({ locked, extra }, paths)) this.queue.push({ locked, extra });
    }
  }

  #extend({ locked, extra }: Visit, paths: readonly Path[]): boolean {
    const byExtra = this.#paths.get(locked) ?? new Map<string | undefined, Path[]>();
    this.#paths.set(locked, byExtra);
    const known = byExtra.get(extra) ?? [];
    byExtra.set(extra, known);
    const fresh = paths.filter((path) => !known.some((shorter) => shorter.every((marker) => path.includes(marker))));
    if (fresh.length === 0 || known.length >= maxPaths) return false;
    known.push(...fresh);
    return true;
  }
}
