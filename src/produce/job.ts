import { type Digest, digestOf } from '../digest.ts';
import type { Recipe } from '../plan/recipe.ts';
import type { Materials } from '../plan/types.ts';
import { checkedPath, presentPath, type Store } from '../store/index.ts';

/** Where a worker finds the bytes of one digest. `store`: the blob of that digest, `checked` if this run hashed it when it came. */
export type Source =
  | { readonly kind: 'store'; readonly checked: boolean }
  | { readonly kind: 'path'; readonly path: string; readonly label: string }
  | { readonly kind: 'text'; readonly text: string };

/** A CPython that compiles, with its files on this host. */
export interface Interpreter {
  /** `X.Y`. */
  readonly minor: string;
  readonly directory: string;
}

/** All that is needed to make one layer; plain data that can be sent to a worker. */
export interface Job {
  readonly recipe: Recipe;
  /** Directory of the store. */
  readonly store: string;
  /** The layer's file until it is finished. */
  readonly temporary: string;
  readonly sources: Readonly<Record<Digest, Source>>;
  /** Compiles what `recipe.bytecode` asks for; absent if nothing is to be compiled that the store does not know. */
  readonly interpreter?: Interpreter;
}

/** The digests whose bytes a recipe needs, each once. */
export function digestsOf(recipe: Recipe): Digest[] {
  if (recipe.kind === 'wheels') return unique(recipe.wheels.map((wheel) => wheel.sha256));
  // Its wheel has no digest before it is built; then it is a recipe of wheels.
  if (recipe.kind === 'built') return [];
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
export function sourcesOf(recipe: Recipe, materials: Materials, store: Pick<Store, 'wrote'>): Record<Digest, Source> {
  const sources: Record<Digest, Source> = {};
  for (const digest of digestsOf(recipe)) {
    const material = materials[digest];
    if (material?.kind === 'text') sources[digest] = { kind: 'text', text: material.text };
    else if (material?.kind === 'path' && recipe.kind === 'files') sources[digest] = material;
    else if (material === undefined && digest === empty) sources[digest] = { kind: 'text', text: '' };
    else sources[digest] = { kind: 'store', checked: store.wrote(digest) };
  }
  return sources;
}

/** Path of a stored blob that is known to have the bytes of its digest. Errors: STORE_DAMAGED. */
export function materialPath(job: Job, digest: Digest): string {
  const source = job.sources[digest];
  const isChecked = source?.kind === 'store' && source.checked;
  return isChecked ? presentPath(job.store, digest) : checkedPath(job.store, digest);
}
