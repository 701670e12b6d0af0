import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { boot } from './boot.ts';
import { bundledInterpreter } from './bundled.ts';
import { compiledLibrary } from './library.ts';

it('has every module of the interpreter, compiled by it, and nothing else', async () => {
  const library = compiledLibrary(bundledInterpreter());
  expect(library).toBeDefined();
  const { pyodide } = await boot(bundledInterpreter(), 'fresh');
  const sources = new Uint8Array(readFileSync(join(bundledInterpreter(), 'python_stdlib.zip')));
  (pyodide.globals as unknown as { set(name: string, value: unknown): void }).set('sources', sources);
  const differences = pyodide.runPython(`
import importlib.util, io, marshal, sys, zipfile
archive = next(path for path in sys.path if path.endswith('.zip'))
library, original = zipfile.ZipFile(archive), zipfile.ZipFile(io.BytesIO(sources.to_py()))
expected = {name + 'c' if name.endswith('.py') else name: name for name in original.namelist()}
wrong = sorted(set(expected) ^ set(library.namelist()))
for compiled, name in expected.items():
    content = library.read(compiled)
    if compiled == name:
        right = content == original.read(name)
    else:
        code = compile(original.read(name), archive + '/' + name, 'exec', dont_inherit=True)
        right = content[:8] == importlib.util.MAGIC_NUMBER + bytes([1, 0, 0, 0]) and marshal.loads(content[16:]) == code
    if not right:
        wrong.append(name)
', '.join(wrong)
`);
  expect(differences).toBe('');
  const module = pyodide.runPython('import encodings.latin_1 as module; module.__file__');
  expect(module).toMatch(/latin_1\.pyc$/);
}, 60_000);

it('belongs to the bundled interpreter alone', () => {
  expect(compiledLibrary(tmpdir())).toBeUndefined();
});
