import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledInterpreter, bundledMinor, type Interpreter, interpreterFor } from '../../src/bytecode/index.ts';
import { execute } from '../e2e/execute.ts';

const cache = join(import.meta.dirname, '../../.cache/interpreters');

/** All minors that have an interpreter. */
export const minors = ['3.11', '3.12', '3.13', '3.14'] as const;

/** Where the files of a minor's interpreter lie; installed by npm unless they are a dependency. */
export async function interpreterDirectory(minor: string): Promise<string> {
  if (minor === bundledMinor) return bundledInterpreter();
  const interpreter = interpreterFor(minor) as Interpreter;
  const prefix = join(cache, interpreter.package);
  const lock = join(prefix, 'package-lock.json');
  if (!existsSync(lock))
    await execute(['npm', 'install', '--silent', '--ignore-scripts', '--prefix', prefix, `pyodide@${interpreter.package}`]);
  if (!readFileSync(lock, 'utf8').includes(interpreter.integrity)) throw new Error(`${lock} has another pyodide than wanted`);
  return join(prefix, 'node_modules/pyodide');
}
