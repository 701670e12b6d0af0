/**
 * A glob as a regular expression over whole POSIX paths: `*` and `?` (not across `/`), `**`, `[abc]`, `[!a-z]`.
 * With `acrossSlash`, `*` and `?` also match `/`, as uv's exclude patterns do.
 */
export function globToRegExp(glob: string, options: { readonly acrossSlash?: boolean } = {}): RegExp {
  const any = options.acrossSlash === true ? '[\\s\\S]' : '[^/]';
  let pattern = '';
  for (let index = 0; index < glob.length; ) {
    const token = nextToken(glob, index, any);
    pattern += token.pattern;
    index += token.length;
  }
  try {
    return new RegExp(`^${pattern}$`, 'u');
  } catch {
    // A range like [z-a] has no meaning: the text then stands for itself.
    return new RegExp(`^${[...glob].map((char) => literal(char).pattern).join('')}$`, 'u');
  }
}

interface Token {
  readonly pattern: string;
  readonly length: number;
}

function nextToken(glob: string, index: number, any: string): Token {
  const rest = glob.slice(index);
  const starts = index === 0 || glob[index - 1] === '/';
  if (starts && rest.startsWith('**/')) return { pattern: '(?:[\\s\\S]*/)?', length: 3 };
  if (starts && rest === '**') return { pattern: '[\\s\\S]*', length: 2 };
  if (rest.startsWith('*')) return { pattern: `${any}*`, length: 1 };
  if (rest.startsWith('?')) return { pattern: any, length: 1 };
  return characterClass(rest) ?? literal(rest);
}

function characterClass(rest: string): Token | undefined {
  const match = /^\[(!?)(\]?[^\]]*)\]/u.exec(rest);
  if (match === null || match[2] === undefined || match[2] === '') return undefined;
  const members = match[2].replaceAll(/[\\\]^[]/gu, '\\$&').replace(/^-|-$/u, '\\-');
  return { pattern: `(?!/)[${match[1] === '!' ? '^' : ''}${members}]`, length: match[0].length };
}

function literal(rest: string): Token {
  const char = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  return { pattern: char.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&'), length: char.length };
}

/** Whether a path pattern has any glob character. */
export function hasGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** `a/./b//c/` → `a/b/c`; `..` steps are resolved where a step above them exists. */
export function normalPath(path: string): string {
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else steps.push(step);
  }
  return steps.join('/');
}
