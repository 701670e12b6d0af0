import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Context } from '../context.ts';
import { digestOf } from '../digest.ts';
import type { Bytecode, FilesRecipe } from '../plan/recipe.ts';
import type { ImagePlan } from '../plan/types.ts';
import { openStore } from '../store/index.ts';
import { foresee, noteSources } from './foresight.ts';
import type { LayerPool } from './pool.ts';

const bytecode: Bytecode = { mode: 'checked-hash', compiler: '3.13.2' };
let directory: string;
let ctx: Context;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'wherry-foresight-'));
  const store = await openStore({ env: {}, directory: join(directory, 'store') });
  ctx = { store, env: {}, emit: () => undefined, offline: false } as unknown as Context;
  writeFileSync(join(directory, 'main.py'), 'print()\n');
  writeFileSync(join(directory, 'notes.txt'), 'text');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function plan(compiled: Bytecode | null = bytecode): ImagePlan {
  const names = ['main.py', 'notes.txt'];
  const entry = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 1 } as const;
  const entries = names.map((name) => ({ ...entry, path: `app/${name}`, sha256: digestOf(name) }));
  const recipe: FilesRecipe = { kind: 'files', format: 2, entries, ...(compiled === null ? {} : { bytecode: compiled }) };
  const materials = Object.fromEntries(names.map((name) => [digestOf(name), { kind: 'path', path: join(directory, name), label: name }]));
  return { layers: [{ recipe }], materials } as unknown as ImagePlan;
}

/** Minors of the interpreters that were started. */
async function started(): Promise<string[]> {
  const warm = vi.fn<LayerPool['warm']>();
  await foresee(directory, { ctx, pool: { warm } as unknown as LayerPool });
  return warm.mock.calls.map(([interpreter]) => interpreter.minor);
}

describe('foresee', () => {
  it('starts nothing where nothing was built before', async () => {
    expect(await started()).toEqual([]);
  });

  it('starts nothing while all sources lie as they did', async () => {
    await noteSources(directory, [plan()], ctx);
    expect(await started()).toEqual([]);
    writeFileSync(join(directory, 'notes.txt'), 'another text');
    expect(await started()).toEqual([]);
  });

  it.each([
    ['longer', () => writeFileSync(join(directory, 'main.py'), 'print("more")\n')],
    ['newer', () => utimesSync(join(directory, 'main.py'), 2_000_000_000, 2_000_000_000)],
    ['gone', () => rmSync(join(directory, 'main.py'))],
  ])('starts the interpreter of the last build when a source is %s', async (_what, change) => {
    await noteSources(directory, [plan()], ctx);
    change();
    expect(await started()).toEqual(['3.13']);
    await noteSources(directory, [plan()], ctx);
    expect(await started()).toEqual([]);
  });

  it('starts nothing for builds without bytecode, and never fails', async () => {
    await noteSources(directory, [plan(null)], ctx);
    expect(await started()).toEqual([]);
    await ctx.store.putDocument('sources', directory, { minor: '2.7', files: [['gone', 1, 1]] });
    expect(await started()).toEqual([]);
    await ctx.store.putDocument('sources', directory, 'damaged');
    expect(await started()).toEqual([]);
  });
});
