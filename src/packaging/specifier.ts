import { ToolError } from '../errors/index.ts';
import { compareReleases, compareVersions, type Integer, isPrerelease, publicVersion, tryParseVersion, type Version } from './version.ts';

/** Operators of version specifiers (PEP 440). */
export type VersionOperator = '~=' | '==' | '!=' | '<=' | '>=' | '<' | '>' | '===';

/** One clause, for example `>=3.11` or `==1.4.*`. */
export interface Specifier {
  readonly operator: VersionOperator;
  /** Undefined only for `===`, which compares text. */
  readonly version: Version | undefined;
  /** Whether the version ended in `.*`. */
  readonly wildcard: boolean;
  /** The version as written. */
  readonly text: string;
}

/** Clauses that must all hold; an empty list allows every version. */
export type Specifiers = readonly Specifier[];

const clauseShape = /^(~=|===|==|!=|<=|>=|<|>)\s*(\S+)$/;

/** Reads comma-separated clauses; throws `SPECIFIER_INVALID`. */
export function parseSpecifiers(text: string): Specifiers {
  const clauses = text.split(',').map((clause) => clause.trim());
  return clauses.filter((clause) => clause !== '').map(parseClause);
}

/**
 * Whether all clauses allow the version. With `prereleases: false` no pre-release is ever allowed; the default allows them,
 * as uv does for versions that are already chosen.
 */
export function specifiersAllow(specifiers: Specifiers, version: Version, options: { readonly prereleases?: boolean } = {}): boolean {
  if (options.prereleases === false && isPrerelease(version)) return false;
  return specifiers.every((specifier) => specifierAllows(specifier, version));
}

/** One clause from its operator and version, or undefined when the two do not go together; for markers. */
export function makeSpecifier(operator: VersionOperator, text: string): Specifier | undefined {
  if (operator === '===') return { operator, version: tryParseVersion(text), wildcard: false, text };
  const wildcard = text.endsWith('.*');
  const version = tryParseVersion(wildcard ? text.slice(0, -2) : text);
  if (version === undefined) return undefined;
  const specifier = { operator, version, wildcard, text };
  return isSound(specifier) ? specifier : undefined;
}

function parseClause(clause: string): Specifier {
  const [, operator, version] = clauseShape.exec(clause) ?? [];
  const specifier = operator === undefined || version === undefined ? undefined : makeSpecifier(operator as VersionOperator, version);
  if (specifier !== undefined) return specifier;
  throw new ToolError('SPECIFIER_INVALID', `${JSON.stringify(clause)} is not a version specifier`, {
    hint: 'write an operator and a version as in PEP 440, for example >=3.11,<4',
  });
}

/** The combinations that PEP 440 forbids: wildcards after a suffix or with an order, locals with an order, `~=1`. */
function isSound(specifier: { operator: VersionOperator; version: Version; wildcard: boolean }): boolean {
  const { operator, version, wildcard } = specifier;
  const equality = operator === '==' || operator === '!=';
  const plain = !isPrerelease(version) && version.post === undefined && version.local.length === 0;
  if (wildcard && !(equality && plain)) return false;
  if (version.local.length > 0 && !equality) return false;
  return operator !== '~=' || version.release.length > 1;
}

function specifierAllows(specifier: Specifier, version: Version): boolean {
  const bound = specifier.version;
  if (specifier.operator === '===' || bound === undefined) return version.text === specifier.text.toLowerCase();
  const candidate = bound.local.length === 0 ? publicVersion(version) : version;
  const order = compareVersions(candidate, bound);
  switch (specifier.operator) {
    case '==':
      return specifier.wildcard ? hasPrefix(candidate, bound, bound.release) : order === 0;
    case '!=':
      return specifier.wildcard ? !hasPrefix(candidate, bound, bound.release) : order !== 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    case '~=':
      return order >= 0 && hasPrefix(candidate, bound, bound.release.slice(0, -1));
    case '<':
      return order < 0 && !isPreviewOf(candidate, bound);
    case '>':
      return order > 0 && !isPostReleaseOf(candidate, bound);
  }
}

function hasPrefix(candidate: Version, version: Version, prefix: readonly Integer[]): boolean {
  if (candidate.epoch !== version.epoch) return false;
  return prefix.every((number, index) => (candidate.release[index] ?? 0) === number);
}

/** `<1.0` does not mean `1.0rc1`, but `<1.0.post1` does. */
function isPreviewOf(candidate: Version, bound: Version): boolean {
  return isPrerelease(candidate) && !isPrerelease(bound) && compareVersions(candidate, { ...bound, dev: 0 }) >= 0;
}

/** `>1.0` does not mean `1.0.post1`. */
function isPostReleaseOf(candidate: Version, bound: Version): boolean {
  if (candidate.post === undefined || bound.post !== undefined) return false;
  return candidate.epoch === bound.epoch && compareReleases(candidate.release, bound.release) === 0;
}
