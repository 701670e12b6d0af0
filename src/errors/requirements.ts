import type { ErrorEntry } from './entry.ts';

/** Errors of requirements files. */
export const requirementsErrors = {
  REQUIREMENTS_CONFLICT: {
    exit: 1,
    title: 'a requirement and its constraint contradict each other',
    cause: 'A file that is included with -c allows other versions than the requirement names.',
    fix: 'Correct one of the two lines, or compile both again with uv pip compile.',
  },
  REQUIREMENTS_HASH: {
    exit: 1,
    title: 'no file of a package has one of the hashes that the requirements give',
    cause: 'The hashes belong to files for other platforms, or the files were replaced on the index.',
    fix: 'Compile the requirements again: uv pip compile --universal --generate-hashes requirements.in -o requirements.txt.',
  },
  REQUIREMENTS_INCOMPLETE: {
    exit: 1,
    title: 'the requirements do not list a package that another one needs',
    cause: 'The files pin some packages, but not all that those depend on. Wherry installs what is listed and resolves nothing.',
    fix: 'Compile the complete list: uv pip compile --universal --generate-hashes requirements.in -o requirements.txt.',
  },
  REQUIREMENTS_INVALID: {
    exit: 1,
    title: 'a requirements file cannot be used',
    cause: 'A line does not follow the format, a file includes itself or lies outside of the project, or the file is no text.',
    fix: "Correct the line that the message names; the format is that of pip's requirements files.",
  },
  REQUIREMENTS_MISSING: {
    exit: 1,
    title: 'a requirements file is not there',
    cause: 'requirements in [tool.wherry], --requirements or a line with -r or -c names a file that does not exist.',
    fix: 'Correct the name; it starts at the directory of the project, or at the file that includes it.',
  },
  REQUIREMENTS_NOT_FOUND: {
    exit: 1,
    title: 'no index has a package in the version that is required',
    cause: 'The version was removed, never existed, or lies on an index that is not configured.',
    fix: 'Correct the version, or name the index with --extra-index-url in the requirements or [[tool.uv.index]].',
  },
  REQUIREMENTS_UNHASHED: {
    exit: 1,
    title: 'a requirement has no hash, and needs one',
    cause:
      'A URL can give other bytes at any time, --require-hashes is set, or the index publishes no sha256. Wherry installs no file that it cannot check.',
    fix: 'Add --hash=sha256:… to the line, or #sha256=… to the URL; uv pip compile --generate-hashes writes them.',
  },
  REQUIREMENTS_UNPINNED: {
    exit: 1,
    title: 'a requirement does not say exactly what to install',
    cause: 'A line names no version or several, a branch instead of a commit, or an editable path. The image would change from day to day.',
    fix: 'Compile the file: mv requirements.txt requirements.in && uv pip compile --universal --generate-hashes requirements.in -o requirements.txt.',
  },
} as const satisfies Record<string, ErrorEntry>;
