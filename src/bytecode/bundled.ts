import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** Directory of the interpreter that is a dependency of this package (`bundledMinor`), from sources and from the bundle alike. */
export function bundledInterpreter(): string {
  return dirname(createRequire(import.meta.url).resolve('pyodide'));
}
