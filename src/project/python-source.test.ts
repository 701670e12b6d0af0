import { describe, expect, it } from 'vitest';
import { importedNames, logicalLines, qualified } from './python-source.ts';

const codes = (source: string): readonly string[] => logicalLines(source).map(({ code }) => code);

describe('logicalLines', () => {
  it.each<readonly [string, readonly string[]]>([
    ['a = 1  # b = 2\nc', ['a = 1', 'c']],
    ['x = f(\n  1, # no\n  2,\n)\ny', ['x = f(   1,    2, )', 'y']],
    ['x = 1 + \\\n  2', ['x = 1 +   2']],
    ['"""doc\na = FastAPI()\n"""\nb', ['"0"', 'b']],
    ["x = rb'a\\'b' + f\"{y}\"", ['x = "0" + "1"']],
    ["x = 'open\ny", ['x = "0"', 'y']],
    ['x = """never closed\ny', ['x = "0"']],
    ['\uFEFFimport a\r\nb\r\n', ['import a', 'b']],
    ['import a; a.run()  # ; b', ['import a', 'a.run()']],
    ['f(a; b); "c;"', ['f(a; b)', '"0"']],
    ['if x: a(); b()', ['if x: a(); b()']],
    ['number"text"', ['number"0"']],
    ['', []],
  ])('%j', (source, expected) => {
    expect(codes(source)).toEqual(expected);
  });

  it('keeps indentation and the text of strings', () => {
    expect(logicalLines('if x:\n    f("a", \'b\')\n')).toEqual([
      { indent: 0, code: 'if x:', strings: [] },
      { indent: 4, code: 'f("0", "1")', strings: ['a', 'b'] },
    ]);
    expect(logicalLines("def f():\n  a('b'); c('d')")).toEqual([
      { indent: 0, code: 'def f():', strings: [] },
      { indent: 2, code: 'a("0")', strings: ['b'] },
      { indent: 2, code: 'c("0")', strings: ['d'] },
    ]);
  });
});

describe('importedNames', () => {
  it.each([
    ['from fastapi import FastAPI as F, Depends', 'F', 'fastapi.FastAPI'],
    ['from fastapi import (\n  FastAPI,\n  Depends,\n)', 'FastAPI', 'fastapi.FastAPI'],
    ['import fastapi as fa', 'fa.FastAPI', 'fastapi.FastAPI'],
    ['import a.b, c', 'a.b.x', 'a.b.x'],
    ['from . import create_app', 'create_app', 'pkg.create_app'],
    ['from .app import create_app', 'create_app', 'pkg.app.create_app'],
    ['from ..other import x', 'x', 'other.x'],
    ['def f():\n  from fastapi import FastAPI', 'FastAPI', 'FastAPI'],
    ['# from fastapi import FastAPI', 'FastAPI', 'FastAPI'],
  ])('%j: %s is %s', (source, name, expected) => {
    expect(qualified(name, importedNames(logicalLines(source), 'pkg.main'))).toBe(expected);
  });

  it('counts dots from the package in its own file', () => {
    expect(importedNames(logicalLines('from .x import y'), 'pkg.__init__').get('y')).toBe('pkg.x.y');
  });
});
