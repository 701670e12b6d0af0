import type { ErrorEntry } from './entry.ts';

/** Errors of package indexes. */
export const indexErrors = {
  INDEX_BROKEN: {
    exit: 2,
    title: 'a package index sent a page that cannot be read',
    cause: 'The answer is neither the JSON of PEP 691 nor the HTML of PEP 503.',
    fix: 'Check the URL of the index; it usually ends in /simple.',
  },
  INDEX_FAILED: {
    exit: 2,
    title: 'a package index could not be asked',
    cause: 'The index answered with an error, or its address is neither a URL nor a directory of files.',
    fix: 'Check the address of the index, then run the command again.',
  },
  INDEX_UNKNOWN: {
    exit: 2,
    title: 'no package index is known',
    cause: 'Something must be looked up by its name, and no setting says where.',
    fix: 'Set UV_DEFAULT_INDEX, add [[tool.uv.index]] with default = true to pyproject.toml, or write --index-url into the requirements file.',
  },
} as const satisfies Record<string, ErrorEntry>;
