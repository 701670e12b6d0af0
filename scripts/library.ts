// Compiles the standard library that comes with the bundled interpreter into src/bytecode/library.zip, with that interpreter, so that later
// starts need not. A function of the interpreter's package and of this file alone: no clock and no path of this machine enters it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boot } from '../src/bytecode/boot.ts';
import { bundledInterpreter } from '../src/bytecode/bundled.ts';

const output = join(import.meta.dirname, '../src/bytecode/library.zip');
const origin = bundledInterpreter();

/** What the file depends on; written into the archive's comment, to see whether it is still right. */
const key = createHash('sha256')
  .update(readFileSync(join(origin, 'package.json')))
  .update(readFileSync(import.meta.filename))
  .digest('hex');

/** Sources that do not compile (there are some for tests) stay as they are. Flags 1: never compared with a source (PEP 552). */
const program = `
import importlib.util, io, marshal, sys, zipfile

def compiled_library(archive, key):
    sources = zipfile.ZipFile(archive)
    made = io.BytesIO()
    with zipfile.ZipFile(made, 'w', zipfile.ZIP_DEFLATED) as library:
        library.comment = key.encode()
        for name in sorted(sources.namelist()):
            content = sources.read(name)
            if name.endswith('.py'):
                try:
                    code = compile(content, archive + '/' + name, 'exec', dont_inherit=True)
                except SyntaxError:
                    pass
                else:
                    content = importlib.util.MAGIC_NUMBER + b'\\1\\0\\0\\0' + importlib.util.source_hash(content) + marshal.dumps(code)
                    name += 'c'
            library.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()

wherry_library = compiled_library(next(path for path in sys.path if path.endswith('.zip')), '${key}')
`;

function isFresh(): boolean {
  return existsSync(output) && readFileSync(output).subarray(-key.length).toString('latin1') === key;
}

async function main(): Promise<void> {
  if (isFresh()) return;
  const { pyodide } = await boot(origin, 'fresh');
  pyodide.runPython(program);
  const bytes = pyodide.globals.get('wherry_library') as { toJs(): Uint8Array };
  writeFileSync(output, bytes.toJs());
}

await main();
