import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lock, root } from '../e2e/product.ts';
import { agreement } from '../oracle/pinnedFiles.ts';
import { all } from '../oracle/requirementSets.ts';
import { note } from './note.ts';

/** The long form of test/oracle/requirements.test.ts. pip downloads every wheel that it chooses. */
describe('requirements files', () => {
  let folder: string;
  let index: string;
  const counts: number[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wherry-requirements-'));
    const site = join(root, 'examples/django-site');
    await lock(site);
    index = /registry = "([^"]+)"/.exec(readFileSync(join(site, 'uv.lock'), 'utf8'))?.[1] as string;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(all)('$name: the files are those that pip takes, the versions those of uv pip sync', { timeout: 900_000 }, async (set) => {
    const { ours, pip, versions, uvVersions } = await agreement(set, { folder, index });
    expect(ours).toEqual(pip);
    expect(versions).toEqual(uvVersions);
    counts.push(ours.length);
  });

  it('are many', () => {
    expect(counts).toHaveLength(all.length);
    note(`Requirements: ${counts.length} lists, ${counts.reduce((sum, count) => sum + count, 0)} files, each the one that pip takes.`);
  });
});
