import type { Marker } from '../packaging/index.ts';

/** A marker, extended by negation: sources with markers leave a rest to the plain requirement. */
export type Condition =
  | Marker
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[] };

/** The condition that always holds. */
export const always: Condition = { kind: 'always' };

/** Holds where every part holds. */
export function all(...parts: readonly Condition[]): Condition {
  return { kind: 'all', parts };
}

/** Holds where some part holds. */
export function any(...parts: readonly Condition[]): Condition {
  return { kind: 'any', parts };
}

/** Holds where the part does not. */
export function not(part: Condition): Condition {
  return { kind: 'not', part };
}
