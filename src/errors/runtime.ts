import type { ErrorEntry } from './entry.ts';

/** Errors of running an image. */
export const runtimeErrors = {
  RUN_FAILED: {
    exit: 2,
    title: 'the container could not be started',
    cause: 'The chosen runtime refused the image or is not working.',
    fix: 'Read the runtime output, or choose another runtime with --with.',
  },
} as const satisfies Record<string, ErrorEntry>;
