/** Matches POSIX paths relative to the project. */
export type PathMatcher = (path: string) => boolean;

const literal = /^[\p{L}\p{N}_.-]$/u;

/**
 * Compiles a portable glob (PyPA specification "glob patterns"): `*`, `?`, `[a-z]` within a segment, `**` for whole segments,
 * and, as uv allows it, `\` before any other character. Gives the reason, a half sentence, if it is none.
 */
export function compileGlob(glob: string): { readonly matches: PathMatcher } | { readonly reason: string } {
  const segments = glob.split('/');
  if (segments.includes('..')) return { reason: 'it has a .. segment' };
  const parts: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    const part = segment === '**' ? anySegments(last) : compileSegment(segment);
    if (part === undefined) return { reason: `${JSON.stringify(segment)} has characters that portable globs do not allow` };
    parts.push(segment === '**' || last ? part : `${part}/`);
  }
  const pattern = new RegExp(`^${parts.join('')}$`, 'su');
  return { matches: (path) => pattern.test(path) };
}

function anySegments(last: boolean): string {
  return last ? '.+' : '(?:[^/]+/)*';
}

function compileSegment(segment: string): string | undefined {
  const tokens = segment.match(/\\.|\[[^\]]*\]|./gsu) ?? [];
  const parts = tokens.map(compileToken);
  return parts.includes(undefined) ? undefined : parts.join('');
}

function compileToken(token: string): string | undefined {
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.startsWith('[') && token.length > 2) return compileClass(token.slice(1, -1));
  if (token.startsWith('\\') && token.length > 1) return escapeLiteral(token.slice(1));
  return literal.test(token) ? escapeLiteral(token) : undefined;
}

function compileClass(body: string): string | undefined {
  return /^[\p{L}\p{N}_.-]+$/u.test(body) ? `[${body.replace(/^-|-$/g, '\\-')}]` : undefined;
}

function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
