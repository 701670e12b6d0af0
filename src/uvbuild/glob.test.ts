import { describe, expect, it } from 'vitest';
import { compileGlob } from './glob.ts';

function matches(glob: string, path: string): boolean {
  const compiled = compileGlob(glob);
  if ('reason' in compiled) throw new Error(compiled.reason);
  return compiled.matches(path);
}

describe('compileGlob', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'b/a', false],
    ['*.txt', 'a.txt', true],
    ['*.txt', 'd/a.txt', false],
    ['*.txt', 'aXtxt', false],
    ['**/a', 'a', true],
    ['**/a', 'b/c/a', true],
    ['**/a', 'ba', false],
    ['a/**', 'a/b/c', true],
    ['a/**', 'a', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['a\\{b', 'a{b', true],
    ['A', 'a', false],
    ['*', '.hidden', true],
    ['ü*', 'über', true],
  ])('%s and %s: %s', (glob, path, wanted) => expect(matches(glob, path)).toBe(wanted));

  it.each(['a{b,c}', '../a', 'a/../b', '[!a]', 'a b', 'a$', '['])('refuses %s', (glob) => {
    expect(compileGlob(glob)).toHaveProperty('reason');
  });
});
