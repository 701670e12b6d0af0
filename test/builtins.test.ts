import { expect, it } from 'vitest';
import { takeBuiltins } from '../scripts/builtins.ts';

/** What a module of this code exports as `result`. */
async function run(code: string): Promise<unknown> {
  const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { readonly result: unknown };
  return module.result;
}

it.each([
  ['import { join } from "node:path";', 'join("a", "b")', 'a/b'],
  ['import { join as join$1, basename } from "node:path/posix";', 'join$1(basename("/a"), "b")', 'a/b'],
  ['import path$1 from "node:path";', 'path$1.posix.join("a", "b")', 'a/b'],
  ['import process, { title } from "node:process";', 'process.title === title', true],
])('%s gives what an import gives', async (line, expression, value) => {
  const code = `${line}\nexport const result = ${expression};\n`;
  expect(await run(code)).toBe(value);
  const taken = takeBuiltins(code);
  expect(taken).not.toContain('import ');
  expect(taken.split('\n')).toHaveLength(code.split('\n').length);
  expect(await run(taken)).toBe(value);
});

it('leaves other imports alone', () => {
  const code = 'import { a } from "./chunk.js";\nimport x from "openpgp";\nconst y = import("node:path");\n';
  expect(takeBuiltins(code)).toBe(code);
});
