import { expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { directUrlOf } from './direct-url.ts';

const sha256 = digestOf('a');
const commit = 'ab'.repeat(20);
const wheel = {
  kind: 'wheel',
  filename: 'a-1.0-py3-none-any.whl',
  sha256,
  size: 1,
  location: { path: '/home/me/a-1.0-py3-none-any.whl' },
} as const;
const archive = {
  kind: 'archive',
  filename: 'a-1.0.tar.gz',
  sha256,
  size: 1,
  location: { path: '/home/me/a-1.0.tar.gz' },
  subdirectory: 'x',
} as const;
const git = { kind: 'git', url: 'https://git.example/a', commit, lfs: false } as const;

it.each([
  [{ source: { kind: 'registry', registry: 'https://index.example' }, artifact: wheel }, undefined],
  [{ source: { kind: 'editable', directory: '.' }, artifact: { kind: 'local', path: '.' } }, undefined],
  [{ source: { kind: 'url', url: 'https://files.example/a' }, artifact: wheel }, '{"url":"https://files.example/a","archive_info":{}}'],
  [{ source: { kind: 'path', path: '/home/me/x' }, artifact: wheel }, '{"url":"file:///a-1.0-py3-none-any.whl","archive_info":{}}'],
  [
    { source: { kind: 'url', url: 'https://files.example/a' }, artifact: archive },
    '{"url":"https://files.example/a","archive_info":{},"subdirectory":"x"}',
  ],
  [{ source: { kind: 'git', git: '' }, artifact: git }, `{"url":"https://git.example/a","vcs_info":{"vcs":"git","commit_id":"${commit}"}}`],
  [
    { source: { kind: 'git', git: '' }, artifact: { ...git, requested: 'v1', subdirectory: 'x' } },
    `{"url":"https://git.example/a","vcs_info":{"vcs":"git","commit_id":"${commit}","requested_revision":"v1"},"subdirectory":"x"}`,
  ],
] as const)('of %j', (item, expected) => {
  expect(directUrlOf(item)).toBe(expected);
});
