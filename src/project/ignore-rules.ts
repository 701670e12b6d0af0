import ignore, { type Ignore } from 'ignore';
import { ToolError } from '../errors/index.ts';
import { normalPath } from './glob.ts';

/** Decides whether a path is left out; `path` is POSIX below the tree, without a trailing slash. */
export interface IgnoreRules {
  /** The file whose rule leaves the path out; undefined if it stays. */
  ignores(path: string, isDirectory: boolean): string | undefined;
  /** Whether something below an ignored directory may be taken back by a later rule. */
  mayReturn(path: string): boolean;
}

/**
 * The .gitignore files from an outer directory down to the one at hand, as git applies them (gitignore(5)): later lines and deeper files win.
 * Case matters on every host. `inner` adds the file of a directory below; its patterns are anchored there.
 */
export class GitRules implements IgnoreRules {
  readonly #lines: readonly string[];
  readonly #matcher: Ignore;

  constructor(lines: readonly string[] = []) {
    this.#lines = lines;
    this.#matcher = ignore({ ignorecase: false }).add([...lines]);
  }

  /** Rules with the .gitignore text of `directory` (POSIX, `''` for the tree itself) added. */
  inner(directory: string, text: string): GitRules {
    const lines = text
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
      .flatMap((line) => anchored(line, directory));
    return lines.length === 0 ? this : new GitRules([...this.#lines, ...lines]);
  }

  ignores(path: string, isDirectory: boolean): string | undefined {
    return this.#matcher.ignores(isDirectory ? `${path}/` : path) ? '.gitignore' : undefined;
  }

  mayReturn(): boolean {
    return false;
  }
}

/** One pattern rewritten so that it means the same at the top of the tree; nothing for comments and empty lines. */
function anchored(line: string, directory: string): readonly string[] {
  if (line.startsWith('#') || line.trim() === '') return [];
  if (directory === '') return [line];
  const negated = line.startsWith('!') ? '!' : '';
  const pattern = line.slice(negated.length).replace(/^\\(?=[#!])/, '');
  const prefix = directory.replaceAll(/[\\*?[\]! #]/g, '\\$&');
  const inside = pattern.trimEnd().replace(/\/$/, '').includes('/');
  return [`${negated}/${prefix}/${inside ? pattern.replace(/^\//, '') : `**/${pattern}`}`];
}

/**
 * .dockerignore of the tree's top directory with Docker's meaning (moby/patternmatcher): patterns are rooted, `**` is any depth, a pattern
 * covers what is below it, `!` takes paths back, the last match wins.
 */
export function dockerRules(text: string): IgnoreRules {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap(dockerRule);
  return {
    ignores: (path) => (lastMatch(rules, path)?.negated === false ? '.dockerignore' : undefined),
    mayReturn: () => rules.some((rule) => rule.negated),
  };
}

interface DockerRule {
  readonly negated: boolean;
  readonly pattern: RegExp;
}

function lastMatch(rules: readonly DockerRule[], path: string): DockerRule | undefined {
  return rules.findLast((rule) => rule.pattern.test(path));
}

function dockerRule(line: string): readonly DockerRule[] {
  if (line.startsWith('#')) return [];
  const trimmed = line.trim();
  const negated = trimmed.startsWith('!');
  const pattern = normalPath((negated ? trimmed.slice(1) : trimmed).trim());
  return pattern === '' ? [] : [{ negated, pattern: dockerPattern(pattern) }];
}

function dockerPattern(pattern: string): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; ) {
    const [text, length] = dockerToken(pattern, index);
    source += text;
    index += length;
  }
  try {
    return new RegExp(`^${source}(?:/[^]*)?$`, 'u');
  } catch (cause) {
    throw new ToolError('PROJECT_BROKEN', `.dockerignore has a pattern that means nothing: ${pattern}`, { cause });
  }
}

function dockerToken(pattern: string, index: number): readonly [source: string, length: number] {
  const rest = pattern.slice(index);
  if (rest.startsWith('**/')) return ['(?:[^]*/)?', 3];
  if (rest === '**' || (index === 0 && /^\*\*[^*?[\\]+$/.test(rest))) return ['[^]*', 2];
  if (rest.startsWith('**')) return ['(?:[^]*/)?', 2];
  if (rest.startsWith('*')) return ['[^/]*', 1];
  if (rest.startsWith('?')) return ['[^/]', 1];
  const set = /^\[(\^?)((?:\\[\s\S]|[^\]\\])+)\]/u.exec(rest);
  if (set?.[2] !== undefined) return [`[${set[1]}${set[2].replaceAll(/(?<!\\)[[]/gu, '\\[')}]`, set[0].length];
  const escaped = rest.startsWith('\\') && rest.length > 1;
  const char = String.fromCodePoint((escaped ? rest.codePointAt(1) : rest.codePointAt(0)) ?? 0);
  return [char.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&'), char.length + (escaped ? 1 : 0)];
}
