import type { ErrorEntry } from './entry.ts';

/** Errors of the machine and of the program itself. */
export const systemErrors = {
  INTERNAL: {
    exit: 2,
    title: 'a bug in Wherry',
    cause: 'Something happened that the program did not expect.',
    fix: 'Report it with the text of the message.',
  },
  INTERRUPTED: {
    exit: 2,
    title: 'interrupted',
    cause: 'The command was stopped by a signal (its exit status is 130).',
    fix: 'Run it again; finished work is kept in the store.',
  },
} as const satisfies Record<string, ErrorEntry>;
