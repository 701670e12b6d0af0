import type { ErrorEntry } from './entry.ts';

/** Errors of compiling Python sources. */
export const bytecodeErrors = {
  BYTECODE_CRASHED: {
    exit: 1,
    title: 'a Python file crashes the compiler',
    cause: 'The interpreter that compiles sources ran out of stack or memory at this file, twice: its expressions are nested too deeply.',
    fix: 'Set bytecode = "none" in [tool.wherry], or "deps" if the file is your own; Python then compiles the file when it is imported.',
  },
  BYTECODE_INTERPRETER: {
    exit: 2,
    title: 'the interpreter that compiles sources does not work',
    cause: 'Its files are damaged, belong to another release, or do not run on this version of Node.',
    fix: 'Install Wherry again, or run `wherry cache prune --all` if the interpreter lies in the store; or set bytecode = "none".',
  },
  BYTECODE_UNAVAILABLE: {
    exit: 2,
    title: 'the interpreter that compiles sources can not be fetched',
    cause: 'Other Python versions than the default need a package from an npm registry, and none is configured, or no request may be sent.',
    fix: 'Set npm_config_registry or a registry in ~/.npmrc and run the command once without --offline; or set bytecode = "none".',
  },
} as const satisfies Record<string, ErrorEntry>;
