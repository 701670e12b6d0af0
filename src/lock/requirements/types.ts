import type { Where } from '../../errors/index.ts';
import type { IndexOptions } from '../../index-options.ts';

/** Everything that a set of requirements files says, includes followed (pip, "Requirements File Format"). */
export interface RequirementsSet {
  readonly lines: readonly RequirementLine[];
  readonly constraints: readonly RequirementLine[];
  readonly indexes: IndexOptions;
  /** `--no-binary` and `--only-binary` in their order; `:all:`, `:none:` and normalised names. */
  readonly formats: readonly { readonly only: 'wheels' | 'sources'; readonly names: readonly string[] }[];
  /** Where `--require-hashes` stands. */
  readonly requireHashes: Where | undefined;
  /** One line each. */
  readonly notes: readonly string[];
}

/** One requirement, not yet understood. Environment variables are replaced. */
export interface RequirementLine {
  /** What stands before the options: a requirement, a URL or a path. May hold credentials. */
  readonly text: string;
  /** `algorithm:hex`, as given by `--hash`. */
  readonly hashes: readonly string[];
  readonly editable: boolean;
  readonly where: Where;
}
