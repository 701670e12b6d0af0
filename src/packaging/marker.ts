import { ToolError } from '../errors/index.ts';
import { isValidName, normalizeName } from './name.ts';
import { makeSpecifier, type Specifier, type VersionOperator } from './specifier.ts';
import { tryParseVersion, type Version } from './version.ts';

/** A parsed environment marker (PEP 508). Clauses that uv ignores are gone already; nothing left is `always`. */
export type Marker =
  | { readonly kind: 'always' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Marker[] }
  | { readonly kind: 'version'; readonly variable: VersionVariable; readonly specifier: Specifier }
  | { readonly kind: 'version-in'; readonly variable: VersionVariable; readonly versions: readonly Version[]; readonly negated: boolean }
  | { readonly kind: 'string'; readonly variable: StringVariable; readonly operator: StringOperator; readonly value: string }
  | { readonly kind: 'extra'; readonly name: string; readonly negated: boolean };

/** Variables that are compared as PEP 440 versions. */
export type VersionVariable = (typeof versionVariables)[number];
/** Variables that are compared as text. */
export type StringVariable = (typeof stringVariables)[number];
/** `contains` is `'…' in variable`. */
export type StringOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'contains' | 'not contains';

const versionVariables = ['python_version', 'python_full_version', 'implementation_version'] as const;
const stringVariables = [
  'os_name',
  'sys_platform',
  'platform_machine',
  'platform_python_implementation',
  'platform_release',
  'platform_system',
  'platform_version',
  'implementation_name',
] as const;

const deprecatedNames: Readonly<Record<string, string>> = {
  'os.name': 'os_name',
  'sys.platform': 'sys_platform',
  'platform.machine': 'platform_machine',
  'platform.version': 'platform_version',
  'platform.python_implementation': 'platform_python_implementation',
  python_implementation: 'platform_python_implementation',
};

type Operand = { readonly literal: string } | { readonly variable: string };
type Clause = { readonly variable: string; readonly operator: string; readonly value: string; readonly reversed: boolean };

const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', in: 'contains', 'not in': 'not contains' };
const maxDepth = 100;

/** Reads a marker as uv does; throws `MARKER_INVALID`, also for a variable that does not exist. */
export function parseMarker(text: string): Marker {
  const parser = new MarkerParser(text);
  const marker = parser.parseAlternatives(0);
  parser.expectEnd();
  return marker ?? { kind: 'always' };
}

class MarkerParser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `undefined` stands for a marker whose clauses were all ignored. */
  parseAlternatives(depth: number): Marker | undefined {
    if (depth > maxDepth) throw this.#error('parentheses are nested too deeply');
    return this.#parseChain('or', () => this.#parseChain('and', () => this.#parseAtom(depth)));
  }

  expectEnd(): void {
    this.#take(/\s*/y);
    if (this.#position < this.#text.length) throw this.#error(`unexpected ${JSON.stringify(this.#text.slice(this.#position))}`);
  }

  #parseChain(word: 'and' | 'or', parsePart: () => Marker | undefined): Marker | undefined {
    const next = word === 'and' ? /\s*and(?![\w.])/y : /\s*or(?![\w.])/y;
    const parts = [parsePart()];
    while (this.#take(next) !== undefined) parts.push(parsePart());
    const kept = parts.filter((part) => part !== undefined);
    return kept.length > 1 ? { kind: word, parts: kept } : kept[0];
  }

  #parseAtom(depth: number): Marker | undefined {
    if (this.#take(/\s*\(/y) === undefined) return this.#parseComparison();
    const inner = this.parseAlternatives(depth + 1);
    if (this.#take(/\s*\)/y) === undefined) throw this.#error('a closing parenthesis is missing');
    return inner;
  }

  #parseComparison(): Marker | undefined {
    const left = this.#parseOperand();
    const operator = this.#take(/\s*(?:~=|==|!=|<=|>=|<|>|in(?![\w.])|not\s+in(?![\w.]))/y);
    if (operator === undefined) throw this.#error('a comparison operator is missing');
    const right = this.#parseOperand();
    const clause = toClause(left, operator.trim().replace(/\s+/, ' '), right);
    return clause === undefined ? undefined : readClause(clause);
  }

  #parseOperand(): Operand {
    const quoted = this.#take(/\s*(?:'[^']*'|"[^"]*")/y);
    if (quoted !== undefined) return { literal: quoted.trimStart().slice(1, -1) };
    const word = this.#take(/\s*[A-Za-z_][\w.]*/y)?.trim();
    if (word === undefined) throw this.#error('a variable or a quoted text is missing');
    const variable = deprecatedNames[word] ?? word;
    if (!isVariable(variable)) throw this.#error(`${JSON.stringify(word)} is not a marker variable`);
    return { variable };
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }

  #error(reason: string): ToolError {
    return new ToolError('MARKER_INVALID', `${JSON.stringify(this.#text)} is not an environment marker: ${reason}`, {
      hint: "write it as in PEP 508, for example sys_platform == 'linux'",
    });
  }
}

function isVariable(word: string): boolean {
  return word === 'extra' || isVersionVariable(word) || isStringVariable(word);
}

function isVersionVariable(word: string): word is VersionVariable {
  return (versionVariables as readonly string[]).includes(word);
}

function isStringVariable(word: string): word is StringVariable {
  return (stringVariables as readonly string[]).includes(word);
}

/** Puts the variable on the left; undefined for two variables or two literals, which uv ignores. */
function toClause(left: Operand, operator: string, right: Operand): Clause | undefined {
  if ('variable' in left && 'literal' in right) return { variable: left.variable, operator, value: right.literal, reversed: false };
  if ('literal' in left && 'variable' in right) {
    return { variable: right.variable, operator: mirrored[operator] ?? operator, value: left.literal, reversed: true };
  }
  return undefined;
}

/** Gives the clause its meaning, or undefined where uv ignores it. */
function readClause(clause: Clause): Marker | undefined {
  const { variable, operator, value } = clause;
  if (variable === 'extra') return readExtra(operator, value);
  if (isVersionVariable(variable)) return readVersionClause(variable, clause);
  if (!isStringVariable(variable) || operator === '~=') return undefined;
  return { kind: 'string', variable, operator: operator as StringOperator, value };
}

function readExtra(operator: string, value: string): Marker | undefined {
  if (operator !== '==' && operator !== '!=') return undefined;
  const name = isValidName(value) ? normalizeName(value) : value;
  return { kind: 'extra', name, negated: operator === '!=' };
}

function readVersionClause(variable: VersionVariable, clause: Clause): Marker | undefined {
  const { operator, value } = clause;
  if (operator === 'contains' || operator === 'not contains') return undefined;
  if (operator === 'in' || operator === 'not in') return readVersionList(variable, value, operator === 'not in');
  if (clause.reversed && value.endsWith('.*')) return undefined;
  const specifier = makeSpecifier(operator as VersionOperator, value.trim());
  return specifier === undefined ? undefined : { kind: 'version', variable, specifier };
}

/** uv reads `in '3.8 3.9'` as a list of versions, not as a substring search. */
function readVersionList(variable: VersionVariable, value: string, negated: boolean): Marker | undefined {
  const words = value.split(/\s+/).filter((word) => word !== '');
  const versions = words.map(tryParseVersion).filter((version) => version !== undefined);
  return versions.length === words.length ? { kind: 'version-in', variable, versions, negated } : undefined;
}
