import type { ImageConfig } from '../config/types.ts';
import type { Digest } from '../digest.ts';
import type { Member, Project, SourceTree } from '../project/types.ts';
import type { Target } from '../resolve/target.ts';
import type { Selection } from '../select/types.ts';
import type { BuildRecipe } from './recipe.ts';
import type { Moment } from './stamp.ts';
import type { BuildMaterial } from './types.ts';

/** Everything that a plan depends on; gathered by the pipeline, so that planning itself reads nothing. */
export interface PlanInput {
  readonly project: Project;
  readonly image: ImageConfig;
  readonly target: Target;
  readonly selection: Selection;
  /** Sizes of wheels that uv.lock does not give, by sha256. */
  readonly sizes: Readonly<Record<Digest, number>>;
  /** Trees of the selected members as a build backend sees them, by POSIX path below the workspace root. */
  readonly trees: ReadonlyMap<string, SourceTree>;
  /** The selected source trees: members of the workspace and directories outside of it, by path. */
  readonly members: ReadonlyMap<string, Member>;
  /** How packages are built that have no wheel and are not built by uv_build from a tree of this machine; by name. */
  readonly builds: ReadonlyMap<string, { readonly build: BuildRecipe; readonly material: BuildMaterial }>;
  /** The project's own directory under ignore rules: where run-time files come from. */
  readonly app: SourceTree;
  /** Text files that a build backend reads, by member path, then by path below the member. */
  readonly texts: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly moment: Moment;
}
