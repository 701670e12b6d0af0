import type { ErrorEntry } from './entry.ts';

/** Errors of bases and wherry.lock. */
export const baseErrors = {
  BASE_PYTHON_MISMATCH: {
    exit: 1,
    title: 'the base image has another Python than the project wants',
    cause: 'The minor version of the Python inside the base differs from the chosen one.',
    fix: 'Choose a base with the right Python, or set python in [tool.wherry].',
  },
} as const satisfies Record<string, ErrorEntry>;
