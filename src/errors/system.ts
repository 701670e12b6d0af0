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
  STORE_DAMAGED: {
    exit: 2,
    title: 'a stored file was lost or damaged',
    cause: 'A file of the store does not hold the bytes that its name promises, or another process removed it. It is treated as absent.',
    fix: 'Run the command again; what is missing is made or downloaded anew. `wherry cache verify` checks the rest.',
  },
  STORE_FULL: {
    exit: 2,
    title: 'the disk of the store is full',
    cause: 'There is no space (or quota) left where the store lies. Unfinished files were removed.',
    fix: 'Free some space, run `wherry cache prune`, or set WHERRY_CACHE_DIR to a directory on a larger disk.',
  },
  STORE_UNSAFE: {
    exit: 2,
    title: 'the store could be changed by others',
    cause:
      'The store names layers by what they were made from and believes its own records, so it is only used if you alone can write to it.',
    fix: 'Set WHERRY_CACHE_DIR to a directory of your own with mode 0700.',
  },
  STORE_UNUSABLE: {
    exit: 2,
    title: 'the store can not be used',
    cause: 'The directory of the store can not be made, read or written.',
    fix: 'Set WHERRY_CACHE_DIR to a directory that you can write.',
  },
} as const satisfies Record<string, ErrorEntry>;
