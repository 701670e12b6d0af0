import type { Bytecode } from '../plan/recipe.ts';
import type { Booted } from './boot.ts';
import { CompilerCrashed } from './crashed.ts';
import type { Interpreter } from './interpreters.ts';
import { normalise } from './marshal/index.ts';
import { pycBytes } from './pyc.ts';
import type { PyBytes, PyFunction, PyTuple } from './pyodide.ts';
import { quietly } from './quiet.ts';
import { deepStack, ownStack, type Stack } from './stack.ts';

/** Larger sources get no .pyc. Part of the recipe format. */
export const maxSource = 16 * 1024 * 1024;
const firstCapacity = 1024 * 1024;

/** Turns sources into .pyc files. One thread, one compiler. */
export interface Compiler {
  readonly interpreter: Interpreter;
  /**
   * The whole .pyc (PEP 552) of a source, whose absolute path in the image is `path` (`co_filename`); undefined where `compileall`
   * writes none, and for sources above 16 MiB. Throws `CompilerCrashed`; the compiler is of no use after that.
   */
  compile(source: Uint8Array, path: string, mode: Bytecode['mode']): Uint8Array | undefined;
}

/** A compiler in a started interpreter. */
export function createCompiler(booted: Booted, interpreter: Interpreter): Compiler {
  const machine = new Machine(booted, interpreter.countsStack ? ownStack(booted) : deepStack(booted));
  return {
    interpreter,
    compile: (source, path, mode) => {
      if (source.length > maxSource) return undefined;
      const answer = machine.run(source, path);
      if (answer === undefined) return undefined;
      const code = normalise(answer.subarray(8), interpreter.minor);
      return pycBytes({ magic: interpreter.magic, mode, hash: answer.subarray(0, 8), code });
    },
  };
}

/** The two functions of `program.ts` and the buffer between them and here. */
class Machine {
  private readonly booted: Booted;
  private readonly stack: Stack;
  private readonly resize: PyFunction<[number], PyBytes>;
  private readonly compileFile: PyFunction<[number, string], number>;
  private capacity = 0;
  private address = 0;
  private crashed = false;

  constructor(booted: Booted, stack: Stack) {
    this.booted = booted;
    this.stack = stack;
    const make = booted.pyodide.globals.get('wherry_compiler') as PyFunction<[], PyTuple>;
    const pair = make();
    this.resize = pair.get(0) as Machine['resize'];
    this.compileFile = pair.get(1) as Machine['compileFile'];
    pair.destroy();
    make.destroy();
    this.grow(firstCapacity);
  }

  /** Hash and code of a source, valid until the next call. */
  run(source: Uint8Array, path: string): Uint8Array | undefined {
    if (this.crashed) throw new CompilerCrashed(path, new Error('the interpreter crashed before'));
    try {
      if (source.length > this.capacity) this.grow(source.length);
      this.memory.set(source, this.address);
      const size = quietly(() => this.stack.use(() => this.compileFile(source.length, path)));
      if (size < 0) return undefined;
      if (size > this.capacity) this.grow(size);
      return this.memory.subarray(this.address, this.address + size);
    } catch (cause) {
      this.crashed = true;
      throw new CompilerCrashed(path, cause);
    }
  }

  private get memory(): Uint8Array {
    return this.booted.pyodide._module.HEAPU8;
  }

  /** Replaces the buffer. The proxy goes at once: the buffer lives on in the interpreter, and its bytes never move. */
  private grow(size: number): void {
    const proxy = this.resize(size);
    const buffer = proxy.getBuffer();
    this.address = buffer.data.byteOffset;
    this.capacity = size;
    buffer.release();
    proxy.destroy();
  }
}
