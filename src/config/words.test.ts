import { describe, expect, it } from 'vitest';
import { suggest } from './suggest.ts';
import { commandLine, splitWords } from './words.ts';

describe('splitWords', () => {
  it.each([
    ['a b  c', ['a', 'b', 'c']],
    [`python -c 'print("x; y")'`, ['python', '-c', 'print("x; y")']],
    [`"a \\"b\\"" c\\ d ""`, ['a "b"', 'c d', '']],
    ['--x="1 2"3', ['--x=1 23']],
    ['a:app --bind 0.0.0.0:8000', ['a:app', '--bind', '0.0.0.0:8000']],
    ["'$HOME'", ['$HOME']],
    ['  ', []],
  ])('%j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each(['a && b', 'a | b', 'a > f', 'echo $X', '"$X"', 'a; b', 'ls *.py', '`x`', '"open', "'open", 'a &', '(a)', '~/x', '# x', 'a\\'])(
    '%j needs a shell',
    (line) => {
      expect(splitWords(line)).toBeUndefined();
    },
  );
});

it('commandLine is TOML', () => {
  expect(commandLine(['a', 'b "c"'])).toBe('command = ["a", "b \\"c\\""]');
});

describe('suggest', () => {
  it.each([
    ['pyhton', 'python'],
    ['plaforms', 'platforms'],
    ['no_project', 'no-project'],
    ['zzzzzz', undefined],
  ])('%s → %s', (name, expected) => {
    expect(suggest(name, ['python', 'platforms', 'no-project'])).toBe(expected);
  });
});
