/**
 * In: a selection, a target, configuration and source trees. Out: `ImagePlan`, layers as recipes and the image config.
 * Must not: read files, use the network, look at a clock, or return a promise.
 */
export { planImage } from './image.ts';
export type { PlanInput } from './input.ts';
export {
  type BuildRecipe,
  type BuildSource,
  type BuiltRecipe,
  type Bytecode,
  buildId,
  type DebianRootRecipe,
  type FileEntry,
  type FilesRecipe,
  installsWheels,
  type Recipe,
  recipeFormat,
  recipeId,
  type WheelItem,
  type WheelsRecipe,
} from './recipe.ts';
export type { Moment } from './stamp.ts';
export type {
  BuildMaterial,
  BuildOrigin,
  ConfigPlan,
  Healthcheck,
  ImagePlan,
  LayerKind,
  LayerPlan,
  Material,
  Materials,
  PlanExplanation,
} from './types.ts';
