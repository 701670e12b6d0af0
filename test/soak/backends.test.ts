import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendContext } from '../../src/backend/fixture.ts';
import type { Context } from '../../src/context.ts';
import { compareBuilds } from '../backends/compare.ts';
import { type Backends, fetchSdist, installBackends, knownSdists } from '../backends/environment.ts';
import { readSdist } from '../backends/tree.ts';
import { note } from './note.ts';

let backends: Backends;
let ctx: Context;
let remove: () => Promise<void>;
let base: string;
let equal = 0;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'wherry-backends-'));
  backends = installBackends();
  ({ remove, ...ctx } = await backendContext());
});
afterAll(async () => {
  note(`- Of ${knownSdists().length} real packages, ${equal} had the wheel that pypa/build made of them on native CPython.`);
  rmSync(base, { recursive: true, force: true });
  await remove();
});

describe('wheels of real packages, against those of pypa/build on native CPython', () => {
  it.each(knownSdists())('$name', async ({ name }) => {
    const directory = mkdtempSync(join(base, 'build-'));
    const { ours, theirs } = await compareBuilds(readSdist(fetchSdist(name)), { backends, ctx, directory, minor: '3.13' });
    expect(ours).toEqual(theirs);
    equal++;
    rmSync(directory, { recursive: true });
  });
});
