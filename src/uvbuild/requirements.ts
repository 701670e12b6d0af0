import { compareVersions, normalizeName, parseRequirement, type Requirement, type Specifier, type Version } from '../packaging/index.ts';
import { markerText } from './markers.ts';

/** Values of Requires-Dist: dependencies in their order, then those of each extra, extras sorted. */
export function requiresDist(dependencies: readonly string[], optional: ReadonlyMap<string, readonly string[]>): string[] {
  const plain = dependencies.map((text) => formatRequirement(text, undefined));
  const extras = [...optional].flatMap(([extra, texts]) => texts.map((text) => formatRequirement(text, extra)));
  return [...plain, ...extras];
}

/** Extras by normalised name, sorted. */
export function sortedExtras(optional: Readonly<Record<string, readonly string[]>>): Map<string, readonly string[]> {
  const named = Object.entries(optional).map(([name, texts]) => [normalizeName(name), texts] as const);
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** A requirement in uv's spelling. Throws REQUIREMENT_INVALID. */
export function formatRequirement(text: string, extra: string | undefined): string {
  const requirement = parseRequirement(text);
  const marker = markerText(requirement.marker, extra);
  const extras = extrasAsWritten(text, requirement);
  const head = `${requirement.name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}`;
  const body = requirement.url === undefined ? formatSpecifiers(requirement.specifiers, ',') : ` @ ${requirement.url}`;
  return `${head}${body}${marker === undefined ? '' : ` ; ${marker}`}`;
}

/** The parser sorts extras; metadata keeps their order. */
function extrasAsWritten(text: string, requirement: Requirement): string[] {
  if (requirement.extras.length === 0) return [];
  const list = /^[^[]*\[([^\]]*)\]/.exec(text)?.[1] ?? '';
  return list.split(',').map((name) => normalizeName(name.trim()));
}

/** uv's order of operators on one version; a wildcard follows its plain form. */
const operatorOrder = ['==', '==*', '===', '!=', '!=*', '~=', '<', '<=', '>', '>='];

/** Clauses ordered by version, then operator, as uv keeps them. */
export function formatSpecifiers(specifiers: readonly Specifier[], separator: string): string {
  const sorted = [...specifiers].sort((a, b) => compareOptional(a.version, b.version) || operatorRank(a) - operatorRank(b));
  return sorted.map(formatSpecifier).join(separator);
}

function compareOptional(a: Version | undefined, b: Version | undefined): number {
  return a === undefined || b === undefined ? 0 : compareVersions(a, b);
}

function operatorRank(specifier: Specifier): number {
  return operatorOrder.indexOf(`${specifier.operator}${specifier.wildcard ? '*' : ''}`);
}

function formatSpecifier(specifier: Specifier): string {
  const version = specifier.version === undefined ? specifier.text : `${specifier.version.text}${specifier.wildcard ? '.*' : ''}`;
  return `${specifier.operator}${version}`;
}
