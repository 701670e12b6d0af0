import { packageLabel } from '../package-label.ts';
import type { SelectedPackage } from '../select/types.ts';
import { directUrlOf } from './direct-url.ts';
import type { PlanInput } from './input.ts';
import type { MaterialCollector } from './materials.ts';
import { type BuiltRecipe, type Bytecode, buildId, recipeFormat, recipeId } from './recipe.ts';
import type { LayerKind, LayerPlan } from './types.ts';

export interface BuiltOptions {
  readonly input: PlanInput;
  readonly materials: MaterialCollector;
  readonly bytecode: Bytecode | undefined;
  readonly kind: LayerKind;
}

/** The layer of a package that is built from source. A layer of its own, so that what built it is part of no other recipe. */
export function builtLayer(item: SelectedPackage, { input, materials, bytecode, kind }: BuiltOptions): LayerPlan {
  const planned = input.builds.get(item.name);
  if (planned === undefined) throw new TypeError(`nobody says how ${item.name} is built`);
  const directUrl = directUrlOf(item);
  const recipe: BuiltRecipe = {
    kind: 'built',
    format: recipeFormat,
    venv: input.image.venv,
    pythonMinor: input.target.pythonMinor,
    bytecode: bytecode ?? 'none',
    ...(kind !== 'dependencies' && { times: 'content' }),
    name: item.name,
    ...(item.version !== undefined && { version: item.version }),
    ...(directUrl !== undefined && { directUrl }),
    build: planned.build,
  };
  materials.add(buildId(recipe), planned.material);
  return { kind, recipe, id: recipeId(recipe), contents: [packageLabel(item)], size: undefined };
}

/** Layers of packages of others that are built, by name. */
export function planBuilt(input: PlanInput, { materials, bytecode }: Pick<BuiltOptions, 'materials' | 'bytecode'>): LayerPlan[] {
  const built = input.selection.packages.filter(({ artifact }) => artifact.kind === 'archive' || artifact.kind === 'git');
  return built.map((item) => builtLayer(item, { input, materials, bytecode, kind: 'dependencies' }));
}
