// The table alone: the folder's index would load the compiler.
import { interpreterFor } from '../bytecode/interpreters.ts';
import type { BytecodePolicy } from '../config/types.ts';
import type { Bytecode, FileEntry } from './recipe.ts';

/** What is compiled beforehand, by whose code it is (DESIGN §4). Undefined: nothing. */
export interface BytecodePlan {
  /** Of wheels, and of the standard library of an assembled base. */
  readonly thirdParty: Bytecode | undefined;
  /** Of the project, of workspace members and of application files. */
  readonly firstParty: Bytecode | undefined;
  /** One line for people. */
  readonly reason: string;
  /** Said once per build: something was asked for that cannot be had. */
  readonly note?: string;
}

/**
 * Third-party code is never edited in place, so its bytecode is not compared with its source; an edit of first-party code takes effect at the
 * next start. `pythonMinor` is X.Y; for one without a compiler nothing is compiled.
 */
export function planBytecode(policy: BytecodePolicy, pythonMinor: string): BytecodePlan {
  const nothing = { thirdParty: undefined, firstParty: undefined };
  if (policy === 'none') return { ...nothing, reason: 'none: switched off' };
  const compiler = interpreterFor(pythonMinor)?.cpython;
  if (compiler === undefined) {
    const reason = `none: there is no compiler for Python ${pythonMinor} here`;
    return { ...nothing, reason, note: `bytecode: ${reason}; modules are compiled when they are first imported` };
  }
  const thirdParty: Bytecode = { mode: 'unchecked-hash', compiler };
  const packages = `by CPython ${compiler}: packages and an assembled base with ${thirdParty.mode}`;
  if (policy === 'deps') return { ...nothing, thirdParty, reason: `${packages}, own code not at all` };
  const firstParty: Bytecode = { mode: 'checked-hash', compiler };
  return { thirdParty, firstParty, reason: `${packages}, own code with ${firstParty.mode}` };
}

/** The bytecode of listed files; undefined where there is nothing to compile, so that their layer does not depend on a compiler. */
export function bytecodeOf(entries: readonly FileEntry[], bytecode: Bytecode | undefined): Bytecode | undefined {
  return entries.some(({ type, path }) => type === 'file' && path.endsWith('.py')) ? bytecode : undefined;
}
