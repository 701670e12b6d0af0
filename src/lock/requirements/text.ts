/** A line after continuation lines were joined and comments cut off. */
export interface LogicalLine {
  readonly text: string;
  /** Where it starts, from 1. */
  readonly line: number;
}

const marks: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/**
 * Text of a requirements file as pip decodes it: by its byte order mark, else by a `coding:` comment in the first two lines (PEP 263), else UTF-8.
 * Undefined if the bytes are no such text.
 */
export function decodeRequirements(bytes: Uint8Array): string | undefined {
  const [, marked] = marks.find(([mark]) => mark.every((byte, at) => bytes[at] === byte)) ?? [];
  try {
    return new TextDecoder(marked ?? declaredEncoding(bytes) ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 512)).split('\n').slice(0, 2);
  const name = head.map((line) => /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1]).find((found) => found !== undefined);
  // Python's own name of what the Encoding Standard calls latin1.
  return name === undefined ? undefined : name.replace(/^latin[-_]1$/i, 'latin1');
}

/** Lines as pip sees them: joined at a backslash, comments away, empty ones left out. A comment line ends a joined line. */
export function logicalLines(text: string): readonly LogicalLine[] {
  const found: LogicalLine[] = [];
  let open: { parts: string[]; line: number } | undefined;
  const close = (last: string, line: number): void => {
    const joined = [...(open?.parts ?? []), last]
      .join('')
      .replace(/(?:^|\s+)#.*$/s, '')
      .trim();
    if (joined !== '') found.push({ text: joined, line: open?.line ?? line });
    open = undefined;
  };
  for (const [at, raw] of text.split(/\r\n|\r|\n/).entries()) {
    if (!raw.endsWith('\\')) close(/^\s*#/.test(raw) ? ` ${raw}` : raw, at + 1);
    else if (/^\s*#/.test(raw)) close(` ${raw}`, at + 1);
    else {
      open ??= { parts: [], line: at + 1 };
      open.parts.push(raw.slice(0, -1));
    }
  }
  if (open !== undefined) close('', open.line);
  return found;
}

/** Replaces `${NAME}` by the variable's value; upper-case names only, and a variable that is not set stays as it is written (pip). */
export function expandVariables(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/\$\{([A-Z0-9_]+)\}/g, (whole, name: string) => env[name] || whole);
}

/** Words as a shell splits them: quotes group, a backslash takes the next character as it is. */
export function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\]|["'\\])+/gs)) {
    words.push(
      word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double?: string, single?: string, plain?: string) =>
        double === undefined ? (single ?? plain ?? '') : double.replaceAll(/\\(["\\])/g, '$1'),
      ),
    );
  }
  return words;
}
