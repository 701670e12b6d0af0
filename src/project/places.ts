import type { Where } from '../errors/index.ts';

/**
 * Line and column of the key at `path` in TOML text that is known to parse; the nearest parent that is written down if the key itself is
 * inside an inline table; the start of the file if there is none.
 */
export function placeOf(source: { readonly file: string; readonly text: string }, path: readonly string[]): Where {
  const places = keyPlaces(source.text);
  for (let length = path.length; length > 0; length--) {
    const offset = places.get(JSON.stringify(path.slice(0, length)));
    if (offset !== undefined) return { file: source.file, ...lineAndColumn(source.text, offset) };
  }
  return { file: source.file };
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** Offsets of keys and table headers, by the JSON of their full path; the first one wins. */
function keyPlaces(text: string): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  let header: readonly string[] = [];
  let position = 0;
  const note = (path: readonly string[], from: number, base: number): void => {
    for (let length = base + 1; length <= path.length; length++) {
      const key = JSON.stringify(path.slice(0, length));
      if (!places.has(key)) places.set(key, from);
    }
  };
  while (position < text.length) {
    position = skipBlank(text, position);
    if (position >= text.length) break;
    if (text[position] === '[') {
      const end = endOfLine(text, position);
      header = keySegments(text.slice(position, end).replace(/^\[+\s*/, ''));
      note(header, position, 0);
      position = end;
      continue;
    }
    const key = keySegments(text.slice(position, endOfLine(text, position)));
    note([...header, ...key], position, header.length);
    position = skipValue(text, position);
  }
  return places;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function skipBlank(text: string, from: number): number {
  const match = /^(?:\s+|#[^\n]*)*/.exec(text.slice(from));
  return from + (match?.[0].length ?? 0);
}

const keyPattern = /^\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.)?/;

function keySegments(text: string): string[] {
  const segments: string[] = [];
  let rest = text;
  for (;;) {
    const match = keyPattern.exec(rest);
    if (match === null) return segments;
    segments.push(match[1] ?? match[2] ?? match[3] ?? '');
    if (match[4] === undefined) return segments;
    rest = rest.slice(match[0].length);
  }
}

const quotes = ['"""', "'''", '"', "'"];

/** Position after the line end that closes the key/value pair starting at `from`. */
function skipValue(text: string, from: number): number {
  let depth = 0;
  let position = from;
  while (position < text.length) {
    const char = text[position] as string;
    const quote = quotes.find((each) => text.startsWith(each, position));
    if (quote !== undefined) {
      position = skipString(text, position + quote.length, quote);
      continue;
    }
    if (char === '#') {
      position = endOfLine(text, position);
      continue;
    }
    if (char === '\n' && depth === 0) return position;
    if (char === '[' || char === '{') depth++;
    if (char === ']' || char === '}') depth--;
    position++;
  }
  return position;
}

function skipString(text: string, from: number, quote: string): number {
  let position = from;
  while (position < text.length && !text.startsWith(quote, position)) {
    position += quote[0] === '"' && text[position] === '\\' ? 2 : 1;
  }
  return position + quote.length;
}
