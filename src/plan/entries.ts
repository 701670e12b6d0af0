import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { compareTarPaths } from '../tar/index.ts';
import { bytecodeOf } from './bytecode.ts';
import { type Bytecode, type FileEntry, type FilesRecipe, recipeFormat, recipeId } from './recipe.ts';
import type { LayerKind, LayerPlan } from './types.ts';

/** Sorts entries bytewise by path and drops equal duplicates; different ones at one path are an error that names it. */
export function mergeEntries(entries: readonly FileEntry[]): FileEntry[] {
  const byPath = new Map<string, FileEntry>();
  for (const entry of entries) {
    const known = byPath.get(entry.path);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(entry)) {
      if (known.type === 'directory' && entry.type === 'directory') {
        byPath.set(entry.path, entry);
        continue;
      }
      throw new ToolError('PLAN_COLLISION', `two different files would lie at /${entry.path} in the image`, {
        hint: 'change `to` of one of them in files = [...] of [tool.wherry]',
      });
    }
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].sort((a, b) => compareTarPaths(a.path, b.path));
}

export interface ListedFiles {
  readonly kind: LayerKind;
  /** Names for people. */
  readonly contents: readonly string[];
  readonly entries: readonly FileEntry[];
  /** For the `.py` files among the entries; undefined: none. */
  readonly bytecode?: Bytecode | undefined;
}

/** A layer of listed files; undefined if there is nothing in it, because empty layers break readers. */
export function filesLayer({ kind, contents, entries, bytecode }: ListedFiles): LayerPlan | undefined {
  if (entries.length === 0) return undefined;
  const listed: FilesRecipe = { kind: 'files', format: recipeFormat, entries: mergeEntries(entries) };
  const compiled = bytecodeOf(entries, bytecode);
  const recipe = compiled === undefined ? listed : { ...listed, bytecode: compiled };
  const size = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  return { kind, recipe, id: recipeId(recipe), contents, size };
}

/** Texts that entries refer to, as materials. */
export type Texts = Readonly<Record<Digest, string>>;
