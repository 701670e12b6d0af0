import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pycPath } from '../../src/bytecode/index.ts';
import type { NativePython } from './natives.ts';

/** What an import by a native CPython did. */
export interface Imported {
  /** Of the module's variable `value`. */
  readonly value: string;
  /** Whether the code came out of the .pyc. */
  readonly fromPyc: boolean;
  /** The .pyc afterwards. */
  readonly pyc: Uint8Array;
}

/** A module in a directory of its own, with the .pyc that stands beside it in an image. */
export class PlacedModule {
  readonly #python: NativePython;
  readonly #directory: string;
  readonly #source: string;
  readonly #pyc: string;

  constructor(python: NativePython, minor: string, name: string) {
    this.#python = python;
    this.#directory = join(python.work, name);
    this.#source = join(this.#directory, 'module.py');
    this.#pyc = pycPath(this.#source, minor) as string;
    mkdirSync(join(this.#pyc, '..'), { recursive: true });
  }

  write(source: string, pyc?: Uint8Array): void {
    writeFileSync(this.#source, source);
    if (pyc !== undefined) writeFileSync(this.#pyc, pyc);
  }

  async load(): Promise<Imported> {
    const code = 'import sys; sys.path.insert(0, sys.argv[1]); import module; print(module.value)';
    const { status, stdout, stderr } = await this.#python.run(['-v', '-c', code, this.#directory]);
    if (status !== 0) throw new Error(`the import ended with ${status}\n${stderr}`);
    return {
      value: stdout.trim(),
      fromPyc: /^# code object from '[^']*\/module\.cpython-\d+\.pyc'$/m.test(stderr),
      pyc: readFileSync(this.#pyc),
    };
  }
}
