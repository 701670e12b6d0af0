import type { Place } from './shape.ts';

/**
 * The line (from 1) where a value of a lock file most likely stands. The TOML parser gives no positions for values, so this
 * relies on uv's own layout: one `[[package]]` header per package, one element per line in long lists. Falls back to the
 * nearest line above that is certain; line 1 if nothing is.
 */
export function lineOf(text: string, place: Place): number {
  const lines = text.split('\n');
  const [top, index] = place;
  if (typeof top === 'string' && packageKeys.has(top) && typeof index === 'number') return lineInPackage(lines, place, index);
  const end = lines.findIndex((line) => line.startsWith('[['));
  return lineOfKeys(lines, place, { from: 0, to: end === -1 ? lines.length : end });
}

const packageKeys: ReadonlySet<string> = new Set(['package', 'distribution', 'packages']);

/** The lines (from 1) of the headers `[[package]]` of uv.lock, or `[[packages]]` of pylock.toml, in order. */
export function packageLines(text: string): readonly number[] {
  return text.split('\n').flatMap((line, at) => (header.test(line) ? [at + 1] : []));
}

const header = /^\[\[\s*(?:package|distribution|packages)\s*\]\]/;

interface Range {
  readonly from: number;
  readonly to: number;
}

function lineInPackage(lines: readonly string[], place: Place, index: number): number {
  const headers = lines.flatMap((line, at) => (header.test(line) ? [at] : []));
  const from = headers[index];
  if (from === undefined) return 1;
  return lineOfKeys(lines, place.slice(2), { from, to: headers[index + 1] ?? lines.length });
}

function lineOfKeys(lines: readonly string[], keys: Place, range: Range): number {
  let at = range.from;
  for (const key of keys) {
    const next = typeof key === 'number' ? elementLine(lines, at, key) : keyLine(lines, key, { from: at, to: range.to });
    if (next === undefined) break;
    at = next;
  }
  return at + 1;
}

function keyLine(lines: readonly string[], key: string, range: Range): number | undefined {
  const escaped = key.replace(/[^\w-]/g, '\\$&');
  const pattern = new RegExp(`^("?${escaped}"?\\s*=|\\[+([^\\]]*\\.)?"?${escaped}"?\\])`);
  const offset = lines.slice(range.from, range.to).findIndex((line) => pattern.test(line));
  return offset === -1 ? undefined : range.from + offset;
}

function elementLine(lines: readonly string[], at: number, index: number): number | undefined {
  return lines[at]?.trimEnd().endsWith('[') ? at + 1 + index : undefined;
}
