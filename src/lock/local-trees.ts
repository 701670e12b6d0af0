import type { Pyproject } from '../project/types.ts';

/** What stands at a path that a source or the lock names, outside the workspace. */
export type LocalTree =
  | { readonly kind: 'file' }
  | {
      readonly kind: 'directory';
      readonly pyproject: Pyproject | undefined;
      /** Whether a directory above is the root of another workspace, whose sources could apply. */
      readonly inWorkspace: boolean;
    };

/** By absolute path. What is not in here does not exist. */
export type LocalTrees = ReadonlyMap<string, LocalTree>;
