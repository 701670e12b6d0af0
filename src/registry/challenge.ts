import type { HttpResponse } from '../http/index.ts';

/** One challenge of a `WWW-Authenticate` header. `scheme` and parameter names are lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

// A parameter is `name=token` or `name="quoted"`; a word without `=` begins the next challenge (RFC 9110 §11.6.1).
const piece = /\s*,?\s*(?:([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))|([A-Za-z0-9_-]+))/y;

/** Splits a `WWW-Authenticate` header into its challenges; what cannot be read ends the list. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  piece.lastIndex = 0;
  for (let match = piece.exec(header); match !== null; match = piece.exec(header)) {
    const [, name, quoted, token, scheme] = match;
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
    const current = challenges.at(-1);
    if (name !== undefined && current !== undefined)
      current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? token ?? '';
  }
  return challenges;
}

/** The challenge of an answer that is taken up: Bearer, else Basic; undefined if it has neither. */
export function challengeOf({ headers }: Pick<HttpResponse, 'headers'>): Challenge | undefined {
  const challenges = parseChallenges(headers['www-authenticate'] ?? '');
  return challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges.find(({ scheme }) => scheme === 'basic');
}
