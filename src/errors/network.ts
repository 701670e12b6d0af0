import type { ErrorEntry } from './entry.ts';

/** Errors of transfers and registries. */
export const networkErrors = {
  DOWNLOAD_FAILED: {
    exit: 2,
    title: 'a file could not be downloaded',
    cause: 'The server could not be reached or kept answering with an error.',
    fix: 'Check the network, the proxy settings and the URL, then run the command again; finished downloads are kept.',
  },
} as const satisfies Record<string, ErrorEntry>;
