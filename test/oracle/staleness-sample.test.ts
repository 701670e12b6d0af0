import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changes } from './real/changes.ts';
import { allowedStale, judgedOf } from './real/judged.ts';
import { judgeProject } from './real/staleness.ts';

const root = join(import.meta.dirname, '../..');
const bin = join(root, '.cache/venv/bin');
let home = '';

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'wherry-sample-'));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Every third change: the whole list is for the projects of `npm run oracle`. */
test('about twenty changes of the example site are stale for uv and Wherry alike', async () => {
  const options = { uv: join(bin, 'uv'), python: join(bin, 'python'), home, lanes: 2 };
  const sample = changes.filter((_, index) => index % 3 === 0);
  const judged = judgedOf('site', await judgeProject(join(root, 'examples/django-site'), { ...options, changes: sample }));
  expect(judged.wrong).toEqual([]);
  const allowed = allowedStale().map(({ change }) => change);
  expect(judged.more.filter((change) => !allowed.includes(change))).toEqual([]);
  expect(judged.stale).toBeGreaterThan(5);
  expect(judged.changes).toBeGreaterThanOrEqual(20);
});
