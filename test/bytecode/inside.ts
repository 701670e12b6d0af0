import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Booted } from '../../src/bytecode/boot.ts';
import { type Interpreter, interpreterFor } from '../../src/bytecode/index.ts';
import { deepStack, ownStack, type Stack } from '../../src/bytecode/stack.ts';

interface Files {
  writeFile(path: string, bytes: Uint8Array): void;
  readFile(path: string): Uint8Array;
}

/** Python of the tests inside an interpreter, and files in its memory. */
export class Inside {
  readonly #booted: Booted;
  readonly #stack: Stack;

  constructor(booted: Booted, { countsStack }: Interpreter) {
    this.#booted = booted;
    this.#stack = countsStack ? ownStack(booted) : deepStack(booted);
    for (const name of ['compare.py', 'disturb.py']) this.run(readFileSync(join(import.meta.dirname, name), 'utf8'));
  }

  run(code: string): void {
    this.#stack.use(() => this.#booted.pyodide.runPython(code));
  }

  /** Copies a pack into the interpreter's memory. */
  put(base: string, inside: string): void {
    for (const ending of ['.json', '.bin']) this.#files.writeFile(inside + ending, new Uint8Array(readFileSync(base + ending)));
  }

  read(inside: string): Uint8Array {
    return this.#files.readFile(inside);
  }

  /** Leaves the interpreter in another state than a fresh one, by means of a pack of sources. */
  disturb(sources: string): void {
    this.put(sources, '/disturbing');
    this.run("kept = disturb([source for source in read_pack('/disturbing').values() if source is not None])");
  }

  get #files(): Files {
    return (this.#booted.pyodide as unknown as { readonly FS: Files }).FS;
  }
}

export function interpreterOf(minor: string): Interpreter {
  const interpreter = interpreterFor(minor);
  if (interpreter === undefined) throw new Error(`no interpreter for Python ${minor}`);
  return interpreter;
}
