/**
 * In: Python sources and their paths in the image. Out: .pyc files that depend on source, path, mode and CPython release alone.
 * Must not: run the sources, write outside the store, or export a stored memory.
 */
export { bundledInterpreter } from './bundled.ts';
export { type Compiler, maxSource } from './compiler.ts';
export { CompilerCrashed, crashedTwice } from './crashed.ts';
export { type BytecodeOptions, withBytecode } from './entries.ts';
export { fetchInterpreter } from './fetch.ts';
export { bundledMinor, type Interpreter, interpreterFor } from './interpreters.ts';
export { compiledLibrary } from './library.ts';
export { memoryPath } from './memory-path.ts';
export { pycPath } from './pyc.ts';
export { stackSizeMb } from './stack.ts';
export { bootCompiler, type CompilerPlace } from './start.ts';
