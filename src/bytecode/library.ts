import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundledInterpreter } from './bundled.ts';

/**
 * The standard library of the bundled interpreter with every module compiled; the package has sources only, and compiling the hundred that are
 * imported at the start takes two thirds of a start without a stored memory. Made by `scripts/library.ts`, which the set-up of a checkout and the
 * build of the package run. Undefined for other interpreters, and where it was not made: then the sources serve.
 */
export function compiledLibrary(directory: string): string | undefined {
  if (directory !== bundledInterpreter()) return undefined;
  const isSource = import.meta.url.endsWith('.ts');
  const path = fileURLToPath(new URL(isSource ? './library.zip' : '../bytecode/library.zip', import.meta.url));
  return existsSync(path) ? path : undefined;
}
