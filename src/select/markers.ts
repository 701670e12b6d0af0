import { evaluateMarker, type MarkerEnvironment, mentionsExtra, parseMarker } from '../packaging/index.ts';

/** Whether a marker of the lock holds; undefined text always does. `extras` are encoded as in uv.lock. Throws `MARKER_INVALID`. */
export type MarkerTest = (text: string | undefined, extras?: ReadonlySet<string>) => boolean;

/** A test that reads every marker once: locks repeat few markers on many edges. */
export function makeMarkerTest(environment: MarkerEnvironment): MarkerTest {
  const known = new Map<string, (extras: ReadonlySet<string> | undefined) => boolean>();
  return (text, extras) => {
    if (text === undefined) return true;
    const test = known.get(text) ?? compile(text, environment);
    known.set(text, test);
    return test(extras);
  };
}

function compile(text: string, environment: MarkerEnvironment): (extras: ReadonlySet<string> | undefined) => boolean {
  const marker = parseMarker(text);
  if (mentionsExtra(marker)) return (extras) => evaluateMarker(marker, environment, extras);
  const value = evaluateMarker(marker, environment);
  return () => value;
}
