import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRevision } from './revision.ts';

const commit = 'a'.repeat(40);
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-revision-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

it.each([
  ['a branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${commit}\n` }],
  ['a packed branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/packed-refs': `# pack-refs\n${commit} refs/heads/main\n` }],
  ['a detached head', { '.git/HEAD': `${commit}\n` }],
  [
    'a worktree',
    {
      '.git': 'gitdir: store/worktrees/one\n',
      'store/worktrees/one/HEAD': 'ref: refs/heads/x\n',
      'store/worktrees/one/commondir': '../..\n',
      'store/refs/heads/x': commit,
    },
  ],
])('reads the commit of %s', async (_name, contents) => {
  await files(contents);
  expect(await readRevision(root)).toBe(commit);
});

it('finds the repository above', async () => {
  await files({ '.git/HEAD': commit, 'services/api/pyproject.toml': '' });
  expect(await readRevision(join(root, 'services/api'))).toBe(commit);
});

it.each([
  ['an unborn branch', { '.git/HEAD': 'ref: refs/heads/main\n' }],
  ['a damaged head', { '.git/HEAD': 'nonsense\n' }],
  ['a ref outside of refs/', { '.git/HEAD': 'ref: ../../secret\n', secret: commit }],
])('is undefined for %s', async (_name, contents) => {
  await files(contents);
  expect(await readRevision(root)).toBeUndefined();
});
