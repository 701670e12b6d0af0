import { createHash } from 'node:crypto';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { SelectedPackage, WheelArtifact } from '../select/types.ts';
import { compareTarPaths } from '../tar/index.ts';
import { directUrlOf } from './direct-url.ts';
import { type Bytecode, type Recipe, recipeFormat, recipeId, type WheelItem, type WheelsRecipe } from './recipe.ts';
import type { LayerPlan } from './types.ts';

/** From this size on a wheel is a layer of its own (DESIGN §4). Bytes. */
const ownLayerSize = 256 * 1024;
/** Always this many, so that adding a package never moves another one. */
const bucketCount = 16;
/** Above this many dependency layers the smallest stand-alone wheels join the buckets. */
const layerLimit = 60;

/** A selected package whose artefact is a wheel. */
export interface WheelPackage extends SelectedPackage {
  readonly version: string;
  readonly artifact: WheelArtifact;
}

export function isWheel(item: SelectedPackage): item is WheelPackage {
  return item.artifact.kind === 'wheel' && item.version !== undefined;
}

export interface DependencyOptions {
  readonly venv: string;
  readonly pythonMinor: string;
  /** Undefined: none. */
  readonly bytecode?: Bytecode | undefined;
  /** Sizes of wheels that the lock does not know, by sha256. */
  readonly sizes: Readonly<Record<Digest, number>>;
  /** Layers of packages that are built, which count among the stand-alone ones. Default 0. */
  readonly built?: number;
}

/** Splits wheels into layers: large ones alone, the others into 16 buckets by a hash of the package's name. */
export function planDependencies(packages: readonly WheelPackage[], options: DependencyOptions): LayerPlan[] {
  const sizeOf = (item: WheelPackage): number => knownSize(item, options);
  const bySize = [...packages].sort((a, b) => sizeOf(b) - sizeOf(a) || compareTarPaths(a.name, b.name));
  const large = bySize.filter((item) => sizeOf(item) >= ownLayerSize);
  const alone = new Set(large.slice(0, Math.max(0, layerLimit - bucketCount - (options.built ?? 0))));
  const buckets = new Map<number, WheelPackage[]>();
  for (const item of packages) {
    if (alone.has(item)) continue;
    const bucket = bucketOf(item.name);
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), item]);
  }
  const groups = [...alone].sort((a, b) => compareTarPaths(a.name, b.name)).map((item) => [item]);
  const ordered = [...buckets].sort(([a], [b]) => a - b).map(([, items]) => items);
  return [...groups, ...ordered].map((items) => wheelsLayer(items, sizeOf, options));
}

/** A size taken as 0 would silently give other layers. */
function knownSize({ artifact }: WheelPackage, { sizes }: DependencyOptions): number {
  const size = artifact.size ?? sizes[artifact.sha256];
  if (size === undefined) throw new ToolError('INTERNAL', `the plan was not given the size of ${artifact.filename}`);
  return size;
}

/** 0 to 15, from the package's normalised name alone. */
export function bucketOf(name: string): number {
  return (createHash('sha256').update(name).digest()[0] as number) % bucketCount;
}

function wheelsLayer(packages: readonly WheelPackage[], sizeOf: (item: WheelPackage) => number, options: DependencyOptions): LayerPlan {
  const sorted = [...packages].sort((a, b) => compareTarPaths(a.name, b.name));
  const recipe: WheelsRecipe = {
    kind: 'wheels',
    format: recipeFormat,
    venv: options.venv,
    pythonMinor: options.pythonMinor,
    bytecode: options.bytecode ?? 'none',
    wheels: sorted.map(wheelItem),
  };
  return {
    kind: 'dependencies',
    recipe,
    id: recipeId(recipe satisfies Recipe),
    contents: sorted.map((item) => `${item.name} ${item.version}`),
    size: sorted.reduce((sum, item) => sum + sizeOf(item), 0),
  };
}

function wheelItem(item: WheelPackage): WheelItem {
  const base = { name: item.name, version: item.version, sha256: item.artifact.sha256 };
  const directUrl = directUrlOf(item);
  return directUrl === undefined ? base : { ...base, directUrl };
}
