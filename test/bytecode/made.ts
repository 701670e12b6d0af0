import type { Sources } from './corpus.ts';

const times = (count: number, text: (index: number) => string): string => Array.from({ length: count }, (_, index) => text(index)).join('');

/** Sources with what is rare in real ones, above all constants whose marshal data depends on circumstances. */
const made: Readonly<Record<string, string>> = {
  nan: 'a = 1e400 - 1e400\nb = (1e400 * 0, -(1e400 - 1e400))\nc = a in [1e400 - 1e400]\nd = (1e400 - 1e400) * 1j\ndef f(x=1e400 * 0): return x, 1e400 * 0\n',
  zeros: 'a = 0.0, -0.0, 0, False, 0j, -0j, 0.0 * -1j, 1, 1.0, True, 1 + 0j\nb = -0.0\nc = 0.0\n',
  frozensets: `${times(40, (i) => `def f${i}(x): return x in {'w${i}', ${i}, ${i}.5, b'w${i}', ('w${i}', ${i}), None, 'two words ${i}', ${2 ** 40 + i}}\n`)}shared = 'w1', ('w1', 1), 1000\n`,
  words: `x = 1 in {${times(300, (i) => `'word ${i}', `)}}\ny = 1 in {${times(300, (i) => `'word${i}', `)}}\n`,
  tuples: `a = (${times(300, (i) => `${i}, `)})\nb = (${times(255, (i) => `'s${i}', `)})\nc = (1, (2, (3, (1, (2, (3,))))))\nd = (2, (3,))\ne = ()\n`,
  integers: `a = ${[2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32, -5, -6, 256, 257].join(', ')}\nb = 2 ** 100, -(2 ** 100), 3 ** 70, 1 << 200\nc = 1000\ndef f(): return 1000, 257, -6, 2 ** 100\n`,
  floats: 'a = 1e308, 5e-324, 1e400, -1e400, 0.1, 0.1 + 0.2, 2.0 ** 0.5, 3.0 ** 0.1, 1e16 / 3\nb = 0.1\ndef f(): return 0.1, 1e400\n',
  complex: 'a = 1j, -1j, 1e400j, 1 + 2j, (1 + 2j) ** 3, 0.1j * 3\ndef f(): return 1j, 1 + 2j\n',
  bytes: `a = b'', b'x', b'xy', b'\\x00\\xff', bytes(3), b'a' * 100, b'${'x'.repeat(300)}'\nb = b'xy'\n`,
  strings: `a = '', 'x', '/', 'é', 'two words', 'name', 'näme', '\\ud800', '\\U0001f600', '日本語', '${'x'.repeat(300)}', '${'x y'.repeat(300)}'\ndef name(näme='näme', x='/'): return 'two words', '日本語', '<lambda>', '<module>', '.0', 'é'\nf = lambda: [x for x in name]\n`,
  identifiers: 'class Ünïcode:\n    μ = 1\n    def größe(self, *, breite=1, **ﬁ): return self.größe(breite=2, μ=3), "größe", "μ"\n',
  nested: `${times(60, (i) => `${' '.repeat(i)}def f(a${i}):\n`)}${' '.repeat(60)}return ${times(60, (i) => `a${i}, `)}\n`,
  classes:
    'class A:\n    """Text."""\n    class B:\n        class C:\n            x: int = 1\n            def m(self): return __class__, super().m\n    @property\n    def p(self): self.q = self.z = self.a = 1\n',
  comprehensions:
    'x = [[(a, b, c) for c in b] for a in y for b in {d: e for d, e in a} if {f for f in b}]\ng = (i async for i in x) if 0 else lambda: (yield)\n',
  lambdas: `x = ${'lambda: '.repeat(60)}0\ny = ${times(40, (i) => `(lambda: ${i % 3}), `)}\n`,
  twins: 'a = [lambda: 0, lambda: 0]; b = [lambda: 0, lambda: 0]\ndef f(): return (lambda: "x y")\ndef g(): return (lambda: "x y")\n',
  parentheses: `x = ${'('.repeat(90)}1${',)'.repeat(90)}\ny = ${'['.repeat(90)}1${']'.repeat(90)}\n`,
  sums: `x = ${times(400, (i) => `a${i} + `)}0\ny = ${times(400, (i) => `'${i}' `)}\nz = ${times(300, () => '-')}1\n`,
  attributes: `x = a${times(300, (i) => `.b${i}`)}\ny = ${'f('.repeat(90)}${')'.repeat(90)}\n`,
  branches: `def f(x):\n${times(400, (i) => `    ${i === 0 ? 'if' : 'elif'} x == ${i * 100}: return "${i} words"\n`)}`,
  jumps: `def f(x):\n    while x:\n        try:\n${times(400, (i) => `            a${i} = b${i}(x)\n`)}        except (A, B) as e: continue\n        finally: x = x.next\n`,
  lines: `x = 1${'\n'.repeat(70_000)}y = (2,${'\n'.repeat(300)}3)\n`,
  wide: `x = [${' '.repeat(400)}a, ${' '.repeat(70_000)}b.c(d)]\n`,
  patterns:
    'def f(x):\n    match x:\n        case {"a": 1, "b": [*_, 2.5, -3j], **rest} if rest: return 1\n        case Point(x=0, y=-1.0) | [1, "two words", None]: return 2\n        case str() as s: return s\n        case (1 | 2 | b"x", *others): return others\n        case _: pass\n',
  asynchronous:
    'async def f():\n    async with a as b, c: await d\n    async for i in e: yield i\n    return\nasync def g(): return [await i async for i in f()]\n',
  exceptions: 'try: a()\nexcept* (B, C) as group: raise D from group\nelse: pass\nfinally: e()\n',
  annotations:
    'from __future__ import annotations\nx: "int" = 1\ndef f(a: list[int], /, b: {1, 2} = (1, 2), *c: "c", d: 1.5 = None, **e) -> "two words": y: int\n',
  annotated: 'x: int = 1\nclass A:\n    y: "z"\n    if x: w: list[int]\ndef f(a: list[int]) -> dict[str, "q r"]: ...\n',
  parameters:
    'type A[T] = list[T]\ndef f[T: (int, str), *Ts, **P](x: T) -> T: return x\nclass B[T: int]:\n    def m[U](self, u: U) -> T: type C = T | U; return C\n',
  defaults: 'def f[T = int, *Ts = *tuple[int, ...], **P = [int]](x: T): pass\n',
  templates: 'name = "x"\na = t"two {name} words {name!r:>{10}}"\nb = t"", t"{name}", t"a" t"b"\n',
  fstrings: 'a = 1\nx = f"two {a} words {a!r:>{10}} {a=} {{}}", f"", f"const", f"{a}" "b" f"c"\ny = "%s and %r" % (a, a), "%5d" % a\n',
  slices: 'x = a[1:2], a[:], a[::2], a[1:2, "x":None], a[1:2, ...]\ndef f(): return a[1:2], a[1.5:"two words"]\n',
  globals: 'def f():\n    global x, y\n    z = 1\n    def g():\n        nonlocal z\n        z += x\n        del z\n    return g\n',
  twice: 'def f(x, y):\n    a, a = x, y\n    return a\n',
  walrus: 'if (n := len(a)) > 10 and (m := n): print(n, sep="", end="two words")\nprint(*a, **{"sep": "", "two words": 1}, b=1)\n',
  imports: 'from __future__ import division, generator_stop\nimport a.b.c as d, e\nfrom . import (f as g, h)\nfrom ..i.j import *\n',
  empty: '',
  comment: '#!/usr/bin/python\n# nothing\n',
  docstring: '"""Docstring\n\n    of two words.\n    """\ndef f():\n    """  Indented\n        text\tand tab."""\n',
  latin1: '# -*- coding: latin-1 -*-\nx = "text"\n',
  crlf: 'x = 1\r\nif x:\r\n    y = """a\r\nb"""\r\n',
  python2: 'print "x"\n',
};

const encoded: Readonly<Record<string, Uint8Array>> = {
  bom: Buffer.from('\ufeffx = "é"\n'),
  iso: Buffer.from('# coding: iso-8859-15\nx = "\xa4\xe9"\n', 'latin1'),
  shift: Buffer.concat([Buffer.from('# coding: shift_jis\nx = "'), Buffer.from([0x93, 0xfa, 0x96, 0x7b]), Buffer.from('"\n')]),
};

/** A module that tells which of its files was imported, in the environment and in the project. */
export const tellers = { dependency: 'teller/unchecked.py', project: 'made/checked.py', source: 'value = "compiled"\n' } as const;

/** The made sources, by `made/NAME.py`. */
export const madeSources: Sources = new Map([
  ...[...Object.entries(made), ...Object.entries(encoded)].map(([name, text]): [string, Uint8Array] => [
    `made/${name}.py`,
    Buffer.from(text),
  ]),
  [tellers.dependency, Buffer.from(tellers.source)],
  [tellers.project, Buffer.from(tellers.source)],
]);
