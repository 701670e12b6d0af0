import { type Digest, digestOf } from '../digest.ts';
import type { Recipe } from '../plan/recipe.ts';
import type { Materials } from '../plan/types.ts';

/** Where a worker finds the bytes of one digest. `store`: the blob of that digest. */
export type Source =
  | { readonly kind: 'store' }
  | { readonly kind: 'path'; readonly path: string; readonly label: string }
  | { readonly kind: 'text'; readonly text: string };

/** All that is needed to make one layer; plain data that can be sent to a worker. */
export interface Job {
  readonly recipe: Recipe;
  /** Directory of the store. */
  readonly store: string;
  /** The layer's file until it is finished. */
  readonly temporary: string;
  readonly sources: Readonly<Record<Digest, Source>>;
}

/** The digests whose bytes a recipe needs, each once. */
export function digestsOf(recipe: Recipe): Digest[] {
  if (recipe.kind === 'wheels') return unique(recipe.wheels.map((wheel) => wheel.sha256));
  if (recipe.kind === 'debian-root') return unique(recipe.packages.map((item) => item.sha256));
  return unique(recipe.entries.flatMap((entry) => (entry.type === 'file' ? [entry.sha256] : [])));
}

function unique(digests: readonly Digest[]): Digest[] {
  return [...new Set(digests)];
}

const empty = digestOf('');

/**
 * Sources of a recipe's bytes once its materials are in the store. Files of the host are read by the worker itself, except wheels,
 * which need random access to bytes that can't change meanwhile.
 */
export function sourcesOf(recipe: Recipe, materials: Materials): Record<Digest, Source> {
  const sources: Record<Digest, Source> = {};
  for (const digest of digestsOf(recipe)) {
    const material = materials[digest];
    if (material?.kind === 'text') sources[digest] = { kind: 'text', text: material.text };
    else if (material?.kind === 'path' && recipe.kind === 'files') sources[digest] = material;
    else if (material === undefined && digest === empty) sources[digest] = { kind: 'text', text: '' };
    else sources[digest] = { kind: 'store' };
  }
  return sources;
}
