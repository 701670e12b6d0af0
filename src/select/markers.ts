import { evaluateMarker, type Marker, type MarkerEnvironment, mentionsExtra, parseMarker } from '../packaging/index.ts';

/** The lock's markers for one environment. Both throw `MARKER_INVALID`. */
export interface Markers {
  /** Whether a marker holds; undefined text always does. `extras` are encoded as in uv.lock. */
  holds(text: string | undefined, extras?: ReadonlySet<string>): boolean;
  /** Whether the answer may depend on extras, which is so only in locks with conflicts. */
  isConditional(text: string | undefined): boolean;
}

/** Reads every marker once: locks repeat few markers on many edges. */
export function makeMarkers(environment: MarkerEnvironment): Markers {
  const parsed = new Map<string, Marker | boolean>();
  const read = (text: string): Marker | boolean => {
    const known = parsed.get(text) ?? compile(text, environment);
    parsed.set(text, known);
    return known;
  };
  return {
    holds(text, extras) {
      const known = text === undefined || read(text);
      return typeof known === 'boolean' ? known : evaluateMarker(known, environment, extras);
    },
    isConditional: (text) => text !== undefined && typeof read(text) !== 'boolean',
  };
}

/** A marker without extras has one value for the whole selection. */
function compile(text: string, environment: MarkerEnvironment): Marker | boolean {
  const marker = parseMarker(text);
  return mentionsExtra(marker) ? marker : evaluateMarker(marker, environment);
}
