import { globToRegExp, hasGlob, normalPath } from './glob.ts';

/** Paths and globs that were asked for by name; a pattern that names a directory covers what is below it. */
export interface Wanted {
  covers(path: string): boolean;
  /** Whether something below a directory may be covered. */
  reaches(directory: string): boolean;
  /** Whether a secret at `path` was asked for by its own name, not just swept up by a wider pattern. */
  names(path: string): boolean;
}

/** Compiles `files` patterns; paths are POSIX below the tree. */
export function wantedPaths(patterns: readonly string[]): Wanted {
  const compiled = patterns.map((pattern) => compile(normalPath(pattern)));
  return {
    covers: (path) => compiled.some((each) => each.whole.test(path)),
    reaches: (directory) => compiled.some((each) => each.whole.test(directory) || each.prefixes.some((prefix) => prefix.test(directory))),
    names: (path) => compiled.some((each) => each.named.some((named) => named.test(path))),
  };
}

interface Compiled {
  readonly whole: RegExp;
  /** Directories that may lead to a match. */
  readonly prefixes: readonly RegExp[];
  /** Paths that the pattern spells out: itself and the directories on its way. */
  readonly named: readonly RegExp[];
}

function compile(pattern: string): Compiled {
  const steps = pattern.split('/');
  const leading = steps.map((_, index) => steps.slice(0, index + 1).join('/'));
  const deep = steps.findIndex((step) => step.includes('**'));
  const whole = new RegExp(`${globToRegExp(pattern).source.slice(0, -1)}(?:/[\\s\\S]*)?$`, 'u');
  const spelled = (index: number): boolean => !hasGlob(steps[index] ?? '') || steps[index]?.startsWith('.env') === true;
  return {
    whole,
    prefixes: leading.slice(0, -1).map((part, index) => globToRegExp(deep >= 0 && index >= deep ? `${leading[deep]}` : part)),
    named: [
      ...leading
        .slice(0, -1)
        .filter((_, index) => spelled(index))
        .map((part) => globToRegExp(part)),
      ...(spelled(steps.length - 1) ? [whole] : []),
    ],
  };
}
