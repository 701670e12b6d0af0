import type { Marker } from '../packaging/index.ts';

type Atom = Exclude<Marker, { kind: 'always' | 'and' | 'or' }>;

/** uv writes these in terms of sys_platform. */
const systems: ReadonlyMap<string, string> = new Map([
  ['Windows', 'win32'],
  ['Darwin', 'darwin'],
  ['Linux', 'linux'],
]);
const kindRank = { version: 0, 'version-in': 0, string: 1, extra: 2 } as const;

/** One comparison as text, with what it is sorted by. */
interface Term {
  readonly text: string;
  readonly key: string;
}

/**
 * Writes a marker as uv does: alternatives of conjunctions, `python_version` in terms of `python_full_version`, sorted.
 * Contradictions and implications are not simplified, so unusual markers are equivalent to uv's but may be spelled otherwise.
 * `extra` is added to every alternative. Undefined if the marker always holds.
 */
export function markerText(marker: Marker | undefined, extra: string | undefined): string | undefined {
  const extras: Term[] = extra === undefined ? [] : [extraTerm(extra, false)];
  const alternatives = (marker === undefined ? [[]] : normalForm(marker)).map((terms) => sortTerms([...terms, ...extras]));
  if (alternatives.some((terms) => terms.length === 0)) return undefined;
  const unique = new Map(alternatives.map((terms) => [terms.map((term) => term.text).join(' and '), terms]));
  const sorted = [...unique].sort(([, a], [, b]) => compareKeys(a, b));
  if (sorted.length === 1) return sorted[0]?.[0];
  return sorted.map(([text, terms]) => (terms.length > 1 ? `(${text})` : text)).join(' or ');
}

function normalForm(marker: Marker): Term[][] {
  switch (marker.kind) {
    case 'always':
      return [[]];
    case 'or':
      return marker.parts.flatMap(normalForm);
    case 'and':
      return marker.parts.map(normalForm).reduce((left, right) => left.flatMap((a) => right.map((b) => [...a, ...b])));
    default:
      return atomTerms(marker);
  }
}

function sortTerms(terms: readonly Term[]): Term[] {
  const unique = new Map(terms.map((term) => [term.text, term]));
  return [...unique.values()].sort((a, b) => compareText(a.key, b.key));
}

function compareKeys(a: readonly Term[], b: readonly Term[]): number {
  const [left, right] = [a, b].map((terms) => terms.map((term) => term.key).join('\u0001')) as [string, string];
  return compareText(left, right);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Alternatives of conjunctions that one comparison stands for. */
function atomTerms(atom: Atom): Term[][] {
  switch (atom.kind) {
    case 'extra':
      return [[extraTerm(atom.name, atom.negated)]];
    case 'string':
      return [[stringTerm(atom)]];
    case 'version-in':
      return versionInTerms(atom);
    case 'version':
      return [versionTerms(atom)];
  }
}

function extraTerm(name: string, negated: boolean): Term {
  return { text: `extra ${negated ? '!=' : '=='} ${quote(name)}`, key: `${kindRank.extra}${name}` };
}

function stringTerm(atom: Extract<Atom, { kind: 'string' }>): Term {
  const { operator, value } = atom;
  const system = atom.variable === 'platform_system' && (operator === '==' || operator === '!=') ? systems.get(value) : undefined;
  const variable = system === undefined ? atom.variable : 'sys_platform';
  const key = `${kindRank.string}${variable}\u0000${operator}\u0000${system ?? value}`;
  if (operator === 'contains') return { text: `${quote(value)} in ${variable}`, key: `${kindRank.string}${variable}\u0000~${value}` };
  if (operator === 'not contains')
    return { text: `${quote(value)} not in ${variable}`, key: `${kindRank.string}${variable}\u0000~${value}` };
  return { text: `${variable} ${operator} ${quote(system ?? value)}`, key };
}

function versionInTerms(atom: Extract<Atom, { kind: 'version-in' }>): Term[][] {
  const minors = atom.versions.map((version) => version.release.slice(0, 2).join('.'));
  const wildcard = atom.variable === 'python_version';
  const [variable, suffix] = wildcard ? ['python_full_version', '.*'] : [atom.variable, ''];
  const operator = atom.negated ? '!=' : '==';
  const terms = atom.versions.map((version, index) =>
    versionTerm(variable, operator, `${wildcard ? minors[index] : version.text}${suffix}`),
  );
  return atom.negated ? [terms] : terms.map((term) => [term]);
}

function versionTerms(atom: Extract<Atom, { kind: 'version' }>): Term[] {
  const { operator, version, wildcard, text } = atom.specifier;
  if (version === undefined) return [versionTerm(atom.variable, operator, text)];
  const release = version.release.map(Number);
  const trimmed = version.text === release.join('.') && !wildcard ? trim(release) : version.text;
  if (operator === '~=') return compatibleTerms(atom.variable, release);
  if (atom.variable !== 'python_version' || release.length > 2) {
    return [versionTerm(atom.variable === 'python_version' ? 'python_full_version' : atom.variable, operator, wildcard ? text : trimmed)];
  }
  return [minorTerm(operator, release, { trimmed, wildcard, text })];
}

/** A comparison of `X.Y` in terms of the full version. */
function minorTerm(operator: string, release: readonly number[], forms: { trimmed: string; wildcard: boolean; text: string }): Term {
  const variable = 'python_full_version';
  const [major = 0, minor = 0] = release;
  const next = `${major}.${minor + 1}`;
  if (operator === '>') return versionTerm(variable, '>=', next);
  if (operator === '<=') return versionTerm(variable, '<', next);
  if (operator === '==' || operator === '!=') return versionTerm(variable, operator, forms.wildcard ? forms.text : `${major}.${minor}.*`);
  return versionTerm(variable, operator, forms.trimmed);
}

function compatibleTerms(variable: string, release: readonly number[]): Term[] {
  const upper = release.slice(0, -1);
  upper[upper.length - 1] = (upper.at(-1) ?? 0) + 1;
  const name = variable === 'python_version' ? 'python_full_version' : variable;
  return [versionTerm(name, '>=', trim(release)), versionTerm(name, '<', trim(upper))];
}

/** Sorted by variable, then by version: numbers are padded so that text order is version order. */
function versionTerm(variable: string, operator: string, version: string): Term {
  const padded = version.replace(/\d+/g, (digits) => digits.padStart(8, '0'));
  return { text: `${variable} ${operator} ${quote(version)}`, key: `${kindRank.version}${variable}\u0000${padded}` };
}

function trim(release: readonly number[]): string {
  const last = release.findLastIndex((part) => part !== 0);
  return release.slice(0, Math.max(last + 1, 1)).join('.');
}

function quote(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}
