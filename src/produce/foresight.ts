import { statSync } from 'node:fs';
import type { Context } from '../context.ts';
import { canonicalJson } from '../json.ts';
import type { ImagePlan } from '../plan/types.ts';
import { bytecodeOf, minorOf } from './bytecode.ts';
import { interpreterOf, ownInterpreter } from './interpreters.ts';
import type { Interpreter } from './job.ts';
import type { LayerPool } from './pool.ts';

/** How the sources of a project lay on this host after a build. */
interface Seen {
  readonly minor: string;
  /** Path, mtime in milliseconds, bytes. */
  readonly files: readonly (readonly [path: string, mtime: number, size: number])[];
}

/** Looking at more files would take longer than starting an interpreter. */
const maxFiles = 2000;
const kind = 'sources';

/**
 * Lets an interpreter start before anything is planned, if a source of the project in `directory` looks changed since its last build. A wrong
 * guess costs a little time, in a thread of its own; no byte depends on it. Never fails, and waits for nothing: an interpreter
 * that was fetched starts when its files are known to be whole.
 */
export async function foresee(directory: string, { ctx, pool }: { readonly ctx: Context; readonly pool: LayerPool }): Promise<void> {
  try {
    const seen = asSeen(await ctx.store.document(kind, directory));
    if (seen === undefined || seen.files.every(isUnchanged)) return;
    const warm = (interpreter: Interpreter) => pool.warm(interpreter, { store: ctx.store.directory, threads: 1 });
    const own = ownInterpreter(seen.minor);
    if (own !== undefined) return warm(own);
    void interpreterOf(seen.minor, { ...ctx, offline: true }).then(warm, () => undefined);
  } catch {
    // Whoever needs the interpreter learns why there is none.
  }
}

/** Notes how the sources of these plans lie, for the next `foresee`. */
export async function noteSources(directory: string, plans: readonly ImagePlan[], ctx: Pick<Context, 'store'>): Promise<void> {
  const seen = sourcesOf(plans);
  if (seen === undefined || canonicalJson(seen) === canonicalJson(await ctx.store.document(kind, directory))) return;
  await ctx.store.putDocument(kind, directory, seen);
}

function sourcesOf(plans: readonly ImagePlan[]): Seen | undefined {
  const paths = new Set<string>();
  let minor: string | undefined;
  for (const { layers, materials } of plans) {
    for (const { recipe } of layers) {
      const bytecode = recipe.kind === 'files' ? bytecodeOf(recipe) : undefined;
      if (recipe.kind !== 'files' || bytecode === undefined) continue;
      minor ??= minorOf(bytecode.compiler);
      for (const entry of recipe.entries) {
        const material = entry.type === 'file' && entry.path.endsWith('.py') ? materials[entry.sha256] : undefined;
        if (material?.kind === 'path') paths.add(material.path);
      }
    }
  }
  if (minor === undefined || paths.size > maxFiles) return undefined;
  return { minor, files: [...paths].sort().map((path) => [path, ...stateOf(path)]) };
}

/** Of a file that is gone: zeros. */
function stateOf(path: string): readonly [mtime: number, size: number] {
  const found = statSync(path, { throwIfNoEntry: false });
  return [found?.mtimeMs ?? 0, found?.size ?? 0];
}

function isUnchanged([path, mtime, size]: Seen['files'][number]): boolean {
  const [currentMtime, currentSize] = stateOf(path);
  return currentMtime === mtime && currentSize === size;
}

function asSeen(value: unknown): Seen | undefined {
  const { minor, files } = (value ?? {}) as Partial<Record<keyof Seen, unknown>>;
  return typeof minor === 'string' && Array.isArray(files) ? { minor, files: files as Seen['files'] } : undefined;
}
