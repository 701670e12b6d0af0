import { describe, expect, it } from 'vitest';
import { decodeRequirements, expandVariables, logicalLines, shellWords } from './text.ts';

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

describe('the text of requirements files', () => {
  it.each([
    ['UTF-8', bytes('caf', [0xc3, 0xa9]), 'café'],
    ['UTF-8 with a mark', bytes([0xef, 0xbb, 0xbf], 'a==1'), 'a==1'],
    ['UTF-16, as PowerShell writes it', bytes([0xff, 0xfe], [...Buffer.from('a==1', 'utf16le')]), 'a==1'],
    ['UTF-16 big endian', bytes([0xfe, 0xff], [0, 97, 0, 61]), 'a='],
    ['a declared encoding', bytes('# x\n# -*- coding: latin-1 -*-\n# caf', [0xe9]), '# x\n# -*- coding: latin-1 -*-\n# café'],
    ['bytes that are no text', bytes('caf', [0xe9]), undefined],
    ['an encoding that nobody knows', bytes('# coding: klingon\n'), undefined],
  ])('may be in %s', (_, given, text) => {
    expect(decodeRequirements(given)).toBe(text);
  });

  it('is joined at backslashes before comments are cut off, as pip does', () => {
    const text = [
      '# head',
      '',
      'a==1 \\',
      '    --hash=sha256:aa \\',
      '    --hash=sha256:bb  # why',
      'b==1#nocomment',
      'c==1 # comment \\',
      'd==2',
      'e==1 \\',
      '# a comment ends it',
      'f==1\\',
    ].join('\r\n');
    expect(logicalLines(text)).toEqual([
      { text: 'a==1     --hash=sha256:aa     --hash=sha256:bb', line: 3 },
      { text: 'b==1#nocomment', line: 6 },
      { text: 'c==1', line: 7 },
      { text: 'e==1', line: 9 },
      { text: 'f==1', line: 11 },
    ]);
  });

  it('has upper-case variables that are set', () => {
    const env = { TOKEN: 't', EMPTY: '', lower: 'x' };
    expect(expandVariables(`https://\${TOKEN}@\${lower}/\${UNSET}/$TOKEN/\${EMPTY}`, env)).toBe(
      `https://t@\${lower}/\${UNSET}/$TOKEN/\${EMPTY}`,
    );
  });

  it('has words with quotes', () => {
    expect(shellWords(`-f "a b" --x='c d' e\\ f "q\\"q"`)).toEqual(['-f', 'a b', '--x=c d', 'e f', 'q"q']);
  });
});
