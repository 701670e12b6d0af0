import type { ErrorEntry } from './entry.ts';

/** Errors of reading the project. */
export const projectErrors = {
  PROJECT_NOT_FOUND: {
    exit: 1,
    title: 'there is no Python project here',
    cause: 'No pyproject.toml was found in the directory or above it.',
    fix: 'Run wherry in the project, or name its directory: wherry build DIR.',
  },
} as const satisfies Record<string, ErrorEntry>;
