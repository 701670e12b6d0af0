/** A root that stands for every path: of a layer whose roots would be too many. */
export const anywhere = '*';

/** Roots of a layer in a parsed record; undefined if it has another shape. */
export function asRoots(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((root) => typeof root === 'string' && isRoot(root)) ? (value as string[]) : undefined;
}

/** Roots as one text, for an annotation. */
export function rootsText(roots: readonly string[]): string {
  return roots.map((root) => root.replace(/[^!-$&-~]/gu, encodeURIComponent)).join(' ');
}

/** Reads that text; undefined where there is none, or where it is not ours. */
export function parseRoots(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text === '') return text === '' ? [] : undefined;
  try {
    return asRoots(text.split(' ').map(decodeURIComponent));
  } catch {
    return undefined;
  }
}

function isRoot(root: string): boolean {
  return root !== '' && root.split('/').every((segment, position) => (segment !== '' || position === 0) && segment !== '..');
}
