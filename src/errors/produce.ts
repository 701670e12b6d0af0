import type { ErrorEntry } from './entry.ts';

/** Errors of making layers. */
export const produceErrors = {
  ARCHIVE_UNSAFE: {
    exit: 1,
    title: 'an archive breaks a safety rule',
    cause: 'A wheel is damaged, ambiguous or hostile: two readers could see different contents, or a path leaves the environment.',
    fix: 'Report it to the maintainers of the package and pin another version.',
  },
} as const satisfies Record<string, ErrorEntry>;
