import { expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { filesLayer, mergeEntries } from './entries.ts';
import type { FileEntry } from './recipe.ts';

const own = { uid: 0, gid: 0, mtime: 0 } as const;
const directory = (path: string, mode = 0o755): FileEntry => ({ type: 'directory', path, mode, ...own });
const file = (path: string, text: string): FileEntry => ({
  type: 'file',
  path,
  sha256: digestOf(text),
  size: text.length,
  mode: 0o644,
  ...own,
});

it('sorts by bytes, so that parents come first', () => {
  const paths = mergeEntries([file('app/ä', ''), file('app/z', ''), directory('app'), file('app-x', '')]).map((entry) => entry.path);
  expect(paths).toEqual(['app', 'app-x', 'app/z', 'app/ä']);
});

it('drops equal entries and refuses different ones', () => {
  expect(mergeEntries([file('a', 'x'), file('a', 'x')])).toHaveLength(1);
  expect(() => mergeEntries([file('a', 'x'), file('a', 'y')])).toThrow(expect.objectContaining({ code: 'PLAN_COLLISION' }));
  expect(() => mergeEntries([file('a', 'x'), directory('a')])).toThrow(expect.objectContaining({ code: 'PLAN_COLLISION' }));
});

it('lets the later of two directory entries decide mode and owner', () => {
  expect(mergeEntries([directory('app/data'), directory('app/data', 0o750)])).toEqual([directory('app/data', 0o750)]);
});

it('makes no empty layer', () => {
  expect(filesLayer({ kind: 'app', contents: [], entries: [] })).toBeUndefined();
  expect(filesLayer({ kind: 'app', contents: ['a'], entries: [file('a', 'xyz')] })).toMatchObject({
    kind: 'app',
    size: 3,
    contents: ['a'],
  });
});
