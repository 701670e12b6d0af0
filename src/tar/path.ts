/**
 * Orders paths by their UTF-8 bytes, so that parents come before children. JavaScript compares UTF-16 units, which differs only where
 * one side is a surrogate and the other lies above the surrogates.
 */
export function compareTarPaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return weight(x) - weight(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they sort last. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** A segment that is empty, `.` or `..`. */
const badSegment = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Why a path may not stand in a layer, or undefined. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.includes('\0')) return 'it holds a NUL';
  if (!path.isWellFormed()) return 'it is not valid Unicode';
  if (path.startsWith('/')) return 'it is absolute';
  if (badSegment.test(path)) return 'a segment is empty, "." or ".."';
  return undefined;
}
