import type { Compiler } from '../bytecode/index.ts';
import { type Digest, digestOf, hexOf } from '../digest.ts';
import { type Bytecode, type FileEntry, type Recipe, recipeFormat } from '../plan/recipe.ts';
import { hasCompiled, readCompiled, writeCompiled } from '../store/index.ts';

/** What a recipe wants compiled, if anything. */
export function bytecodeOf(recipe: Recipe): Bytecode | undefined {
  return recipe.bytecode === 'none' ? undefined : recipe.bytecode;
}

/** `X.Y` of a release `X.Y.Z`. */
export function minorOf(release: string): string {
  return release.split('.', 2).join('.');
}

/**
 * The minor of the interpreter that making this layer takes, if any. Of a project every file's bytecode is kept by itself, so that after a
 * change only that file is compiled, and none if the change was elsewhere; wheels and the standard library are kept as layers.
 */
export function wantedMinor(recipe: Recipe, store: string): string | undefined {
  const bytecode = bytecodeOf(recipe);
  if (bytecode === undefined) return undefined;
  const isKnown =
    recipe.kind === 'files' && recipe.entries.every((entry) => !isSource(entry) || hasCompiled(store, keyOf(entry, bytecode)));
  return isKnown ? undefined : minorOf(bytecode.compiler);
}

type SourceFile = FileEntry & { readonly type: 'file' };

function isSource(entry: FileEntry): entry is SourceFile {
  return entry.type === 'file' && entry.path.endsWith('.py');
}

function keyOf(entry: SourceFile, bytecode: Bytecode): string {
  return compiledKey(entry.sha256, `/${entry.path}`, bytecode);
}

/** A compiler that looks into the store first; `fresh` is asked for only if something is not there. */
export function rememberingCompiler(
  fresh: () => Pick<Compiler, 'compile'>,
  { store, bytecode }: { store: string; bytecode: Bytecode },
): Pick<Compiler, 'compile'> {
  return {
    compile(source, path, mode) {
      const key = compiledKey(digestOf(source), path, bytecode);
      const known = readCompiled(store, key);
      if (known !== undefined) return known ?? undefined;
      const compiled = fresh().compile(source, path, mode);
      writeCompiled(store, key, compiled ?? null);
      return compiled;
    },
  };
}

/** All that decides the bytes; `path` is in the bytecode, for tracebacks. */
function compiledKey(source: Digest, path: string, { mode, compiler }: Bytecode): string {
  return [recipeFormat, compiler, mode, hexOf(source), path].join('\n');
}
