/**
 * One logical line of Python, or one of its statements that semicolons part: comments gone, continuation lines joined, each string literal
 * replaced by `"N"`, its index in `strings`.
 */
export interface LogicalLine {
  /** Width of the leading white space; 0 at module level. */
  readonly indent: number;
  readonly code: string;
  readonly strings: readonly string[];
}

/**
 * Splits Python source into logical lines without running it: enough to tell code from comments and strings
 * (Python reference, 2.1 Line structure). Broken source gives some lines, never an error.
 */
export function logicalLines(source: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  const state: ScanState = { depth: 0, code: '', strings: [] };
  const finish = (): number => {
    const code = state.code.trimEnd();
    const indent = code.length - code.trimStart().length;
    if (code.trim() !== '') lines.push({ indent, code: code.trim(), strings: state.strings });
    state.code = '';
    state.strings = [];
    return indent;
  };
  let position = source.startsWith('\uFEFF') ? 1 : 0;
  while (position < source.length) {
    const token = nextToken(source, position, state);
    if (token.kind === 'newline') finish();
    if (token.kind === 'semicolon') state.code = ' '.repeat(finish());
    position += token.length;
  }
  finish();
  return lines;
}

interface ScanState {
  depth: number;
  code: string;
  strings: string[];
}

interface Token {
  readonly kind: 'newline' | 'semicolon' | 'other';
  readonly length: number;
}

/** What such a word begins owns the rest of its line (Python reference, 8. Compound statements). */
const compound = /^\s*(?:if|elif|else|for|while|with|try|except|finally|def|class|async|match|case)\b/;
const semicolon = /;[ \t]*/y;
const comment = /#[^\n]*/y;
const continuation = /\\\r?\n/y;
const word = /[\p{L}\p{N}_]+/uy;
const stringStart = /[A-Za-z]{0,2}("""|'''|"|')/y;

function nextToken(source: string, position: number, state: ScanState): Token {
  const skipped = matchAt(comment, source, position) ?? matchAt(continuation, source, position);
  if (skipped !== undefined) return { kind: 'other', length: skipped[0].length };
  const opening = matchAt(stringStart, source, position);
  if (opening !== undefined) return { kind: 'other', length: takeString(source, position, { opening, state }) };
  const name = matchAt(word, source, position);
  const text = name?.[0] ?? (source[position] as string);
  if (text === '\n' && state.depth === 0) return { kind: 'newline', length: 1 };
  const parted = state.depth === 0 && !compound.test(state.code) ? matchAt(semicolon, source, position) : null;
  if (parted) return { kind: 'semicolon', length: parted[0].length };
  if ('([{'.includes(text)) state.depth++;
  if (')]}'.includes(text)) state.depth = Math.max(0, state.depth - 1);
  state.code += text === '\n' || text === '\r' ? ' ' : text;
  return { kind: 'other', length: text.length };
}

function matchAt(pattern: RegExp, source: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(source) ?? undefined;
}

function takeString(source: string, position: number, found: { opening: RegExpExecArray; state: ScanState }): number {
  const quote = found.opening[1] as string;
  const start = position + found.opening[0].length;
  let end = start;
  while (end < source.length && !source.startsWith(quote, end)) {
    if (quote.length === 1 && source[end] === '\n') break;
    end += source[end] === '\\' ? 2 : 1;
  }
  found.state.code += `"${found.state.strings.length}"`;
  found.state.strings.push(source.slice(start, end));
  const closed = source.startsWith(quote, end);
  return Math.min(end, source.length) - position + (closed ? quote.length : 0);
}

/** Names bound by module-level imports, with what they stand for: `F` → `fastapi.FastAPI`. `module` resolves relative imports. */
export function importedNames(lines: readonly LogicalLine[], module: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of lines) {
    if (line.indent !== 0) continue;
    const from = /^from\s+(\.*)\s*([\w.]*)\s+import\s+\(?([^)]*)\)?$/.exec(line.code);
    if (from !== null) {
      const origin = absoluteModule(module, from[1]?.length ?? 0, from[2] ?? '');
      for (const [name, local] of importItems(from[3] ?? '')) names.set(local ?? name, `${origin}.${name}`);
      continue;
    }
    const plain = /^import\s+(.+)$/.exec(line.code);
    for (const [name, local] of importItems(plain?.[1] ?? '')) {
      const first = name.split('.')[0] ?? name;
      names.set(local ?? first, local === undefined ? first : name);
    }
  }
  return names;
}

function importItems(list: string): readonly (readonly [name: string, local: string | undefined])[] {
  return list
    .split(',')
    .map((item) => /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(item))
    .flatMap((match) => (match?.[1] === undefined ? [] : [[match[1], match[2]] as const]));
}

/** `module` of a package's `__init__` ends in `.__init__`, so that one leading dot always drops one segment. */
function absoluteModule(module: string, dots: number, name: string): string {
  if (dots === 0) return name;
  const base = module.split('.').slice(0, -dots);
  return [...base, ...(name === '' ? [] : [name])].join('.');
}

/** What a dotted name stands for under the imports of its module. */
export function qualified(name: string, imports: ReadonlyMap<string, string>): string {
  const [first = '', ...rest] = name.split('.');
  return [imports.get(first) ?? first, ...rest].join('.');
}
