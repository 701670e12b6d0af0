/**
 * Splits a command line into words as a shell would, with quotes and backslashes, but without expanding anything.
 * Undefined if it needs a shell: operators, variables, globs, or a quote that is not closed (POSIX shell, 2.2 Quoting).
 */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let rest = line;
  while (rest !== '') {
    const piece = nextPiece(rest);
    if (piece === undefined) return undefined;
    rest = rest.slice(piece.length);
    if (piece.text !== undefined) word = (word ?? '') + piece.text;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

interface Piece {
  /** Undefined for white space. */
  readonly text: string | undefined;
  readonly length: number;
}

function nextPiece(rest: string): Piece | undefined {
  const space = /^[ \t\n]+/.exec(rest);
  if (space !== null) return { text: undefined, length: space[0].length };
  const single = /^'([^']*)'/.exec(rest);
  if (single !== null) return { text: single[1] ?? '', length: single[0].length };
  const double = /^"((?:[^"\\$`]|\\[\s\S])*)"/.exec(rest);
  if (double !== null) return { text: (double[1] ?? '').replaceAll(/\\(["\\$`])/g, '$1'), length: double[0].length };
  const escaped = /^\\([^\n])/.exec(rest);
  if (escaped !== null) return { text: escaped[1] ?? '', length: 2 };
  const plain = /^[^\s'"\\$`|&;<>()*?[\]{}#~!]+/.exec(rest) ?? /^(?<=.)[#~!]/.exec(rest);
  return plain === null ? undefined : { text: plain[0], length: plain[0].length };
}

/** `command = [...]` or a shell-free line, as it is written in TOML. */
export function commandLine(words: readonly string[]): string {
  return `command = [${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}
