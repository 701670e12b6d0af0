import { parseVersion, type Specifiers, specifiersAllow, type Version } from '../packaging/index.ts';

/** Something that names a version: a clause, or an entry of a marker's list. */
export interface Literal {
  readonly version: Version | undefined;
}

/** Whether two sets of version specifiers allow the same releases. */
export function sameReleases(a: Specifiers, b: Specifiers): boolean {
  return releasePoints([...a, ...b]).every((version) => specifiersAllow(a, version) === specifiersAllow(b, version));
}

/** Releases in every interval that the literals cut, wildcards and compatible-release clauses included. */
export function releasePoints(literals: readonly Literal[]): readonly Version[] {
  const texts = new Set(['0.0.0', '9999.0.0']);
  for (const { version } of literals) {
    if (version === undefined) continue;
    const [x = 0, y = 0, z = 0] = version.release.map(Number);
    for (const point of neighbours(x, y, z)) texts.add(point.join('.'));
    texts.add(version.release.join('.'));
  }
  return [...texts].map(parseVersion);
}

const last = 999_999;

function neighbours(x: number, y: number, z: number): readonly (readonly number[])[] {
  const before = [
    [x, y, z - 1],
    [x, y - 1, last],
    [x - 1, last, last],
  ].filter((point) => point.every((number) => number >= 0));
  return [...before, [x, y, 0], [x, y, z], [x, y, z + 1], [x, y, last], [x, y + 1, 0], [x, last, last], [x + 1, 0, 0], [x, 0, 0]];
}
