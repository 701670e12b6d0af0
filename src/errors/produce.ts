import type { ErrorEntry } from './entry.ts';

/** Errors of making layers. */
export const produceErrors = {
  ARCHIVE_UNSAFE: {
    exit: 1,
    title: 'an archive breaks a safety rule',
    cause: 'A wheel is damaged, ambiguous or hostile: two readers could see different contents, or a path leaves the environment.',
    fix: 'Report it to the maintainers of the package and pin another version.',
  },
  TAR_DAMAGED: {
    exit: 2,
    title: 'a tar archive can not be read',
    cause:
      'The archive is damaged, cut off, or uses something that no image needs (sparse files, unknown entry types, paths that leave it).',
    fix: 'Download or make the archive again. If it is a layer of a base image, choose another base.',
  },
} as const satisfies Record<string, ErrorEntry>;
