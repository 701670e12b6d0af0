import type { ErrorEntry } from './entry.ts';

/** Errors of sources that are built: git, archives, directories, and of what their build needs. */
export const sourceErrors = {
  BUILD_REQUIRES_CONFLICT: {
    exit: 1,
    title: 'what a build needs cannot be chosen',
    cause:
      'The build requirements of a package are met one after the other, each with the newest version that fits. Here a version that was chosen is excluded by a later requirement.',
    fix: 'Name a version that suits both in build-constraint-dependencies of [tool.uv], or in build-constraints of [tool.wherry], then run wherry lock.',
  },
  BUILD_REQUIRES_MISSING: {
    exit: 1,
    title: 'nothing that a build needs fits',
    cause:
      'A package index has no version of a build requirement that is allowed, is a pure Python wheel, has a SHA-256, and fits the Python that builds.',
    fix: 'Look at the reasons below the message: an older exclude-newer, a constraint, an index without the package; or build the package elsewhere and give it as a wheel.',
  },
  GIT_COMMIT_MISSING: {
    exit: 1,
    title: 'a locked commit is not in its repository',
    cause: 'The repository no longer has the commit that uv.lock names: it was rewritten, or the commit was never pushed.',
    fix: 'Push the commit, or lock another one: uv lock --upgrade-package NAME.',
  },
  GIT_FAILED: {
    exit: 2,
    title: 'a git repository could not be read',
    cause: 'git could not reach the server, was refused, or the repository holds something that cannot be used.',
    fix: 'Try git ls-remote URL. Private repositories need a login: a credential helper, ~/.netrc, uv auth login, or a key for ssh.',
  },
  GIT_LFS: {
    exit: 2,
    title: 'large files of a git source are missing',
    cause:
      'The source has lfs = true. Its large files are fetched by the git-lfs of this machine, and must have the hashes of their pointers.',
    fix: 'Install git-lfs and check that the LFS server can be reached; or set lfs = false if the package does not need the files.',
  },
  GIT_MISSING: {
    exit: 2,
    title: 'there is no git on this machine',
    cause: 'A package comes from a git repository, which the git of this machine fetches.',
    fix: 'Install git, or take the package from an index or as a wheel.',
  },
  GIT_URL_REFUSED: {
    exit: 1,
    title: 'a git repository has a URL that is not used',
    cause: 'Repositories are read by https and ssh only. Other transports run programs, or are not protected.',
    fix: 'Change the URL in [tool.uv.sources], and run uv lock.',
  },
  SOURCE_MISSING: {
    exit: 1,
    title: 'a local source is not there',
    cause: 'uv.lock takes a package from a directory or an archive of this machine, and there is nothing at that path.',
    fix: 'Put it back, or change its entry in [tool.uv.sources] and run uv lock.',
  },
} as const satisfies Record<string, ErrorEntry>;
