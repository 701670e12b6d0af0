import type { ErrorEntry } from './entry.ts';

/** Errors of pushing, and of layers that the previous image in a registry stands for. */
export const pushErrors = {
  PUSH_NO_REPOSITORY: {
    exit: 64,
    title: 'there is no repository to push to',
    cause: 'An image is pushed as repository/NAME, and neither the configuration nor -t says which repository that is.',
    fix: 'Set repository = "registry.example/team" in [tool.wherry], or name the image in full: wherry build --push -t registry.example/team/app:1.0.',
  },
  REMOTE_LAYER_WRONG: {
    exit: 2,
    title: 'the previous image in the registry names a wrong layer',
    cause:
      'A layer that was made here differs from the one that the image in the registry names for the same recipe: its manifest was changed, or was not written by Wherry.',
    fix: 'Build with --no-remote, which makes every layer here, and find out who else writes to the repository.',
  },
} as const satisfies Record<string, ErrorEntry>;
