import { describe, expect, it } from 'vitest';
import { globToRegExp, normalPath } from './glob.ts';
import { placeOf } from './places.ts';
import { wantedPaths } from './wanted.ts';

const text = `# [tool.wherry]
title = "a # b = c"
list = [
  "x = 1", # y
  { z = 1 },
]
doc = """
[not.a.table]
k = 1
"""
[tool.wherry]
  python = '3'
"quoted key".inner = 1
[tool.wherry.images.web]
python = "3"
[[array]]
a = 1
`;

describe('placeOf', () => {
  it.each<readonly [readonly string[], number, number]>([
    [['title'], 2, 1],
    [['list'], 3, 1],
    [['list', '0'], 3, 1],
    [['doc'], 7, 1],
    [['tool', 'wherry'], 11, 1],
    [['tool', 'wherry', 'python'], 12, 3],
    [['tool', 'wherry', 'quoted key', 'inner'], 13, 1],
    [['tool', 'wherry', 'images', 'web', 'python'], 15, 1],
    [['tool', 'wherry', 'images'], 14, 1],
    [['tool', 'wherry', 'images', 'other'], 14, 1],
    [['array', 'a'], 17, 1],
  ])('%j is at %d:%d', (path, line, column) => {
    expect(placeOf({ file: 'f', text }, path)).toEqual({ file: 'f', line, column });
  });

  it('has no line for what is not there', () => {
    expect(placeOf({ file: 'f', text }, ['k'])).toEqual({ file: 'f' });
  });
});

describe('globToRegExp', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['*.py', ['a.py', '.py'], ['a/b.py', 'a.pyc']],
    ['a/**', ['a/b', 'a/b/c'], ['b', 'ab/c']],
    ['**/x', ['x', 'a/x', 'a/b/x'], ['ax', 'x/a']],
    ['a/**/x', ['a/x', 'a/b/c/x'], ['a/bx', 'x']],
    ['[a-c]?', ['a1', 'cé'], ['d1', 'a/', 'a']],
    ['[!a]x', ['bx'], ['ax', '/x']],
    ['a+(b).$', ['a+(b).$'], ['aab']],
    ['[]', ['[]'], ['']],
    ['[z-a]', ['[z-a]'], ['z', 'b']],
  ])('%s', (glob, yes, no) => {
    expect([...yes, ...no].filter((path) => globToRegExp(glob).test(path))).toEqual(yes);
  });

  it('crosses slashes only when asked to', () => {
    expect(globToRegExp('a/*', { acrossSlash: true }).test('a/b/c')).toBe(true);
  });
});

it.each([
  ['./a//b/', 'a/b'],
  ['a/../b', 'b'],
  ['../a', '../a'],
  ['.', ''],
])('normalPath(%j) is %j', (path, expected) => {
  expect(normalPath(path)).toBe(expected);
});

describe('wantedPaths', () => {
  const wanted = wantedPaths(['out/*/x.js', 'deep/**/y', 'dir']);

  it('cover paths and what is below them', () => {
    const paths = ['out/a/x.js', 'out/x.js', 'deep/y', 'deep/a/b/y', 'deep/a', 'dir', 'dir/z', 'dirt'];
    expect(paths.filter((path) => wanted.covers(path))).toEqual(['out/a/x.js', 'deep/y', 'deep/a/b/y', 'dir', 'dir/z']);
  });

  it('reach only directories on the way', () => {
    const paths = ['out', 'out/a', 'out/a/b', 'deep', 'deep/a/b', 'dir/z', 'other'];
    expect(paths.filter((path) => wanted.reaches(path))).toEqual(['out', 'out/a', 'deep', 'deep/a/b', 'dir/z']);
  });
});
