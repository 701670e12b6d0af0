import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCheckouts, lockLabel, type RealLock } from './locks.ts';
import { movedFiles, stageProject } from './stage.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-stage-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const lock = `[[package]]
name = "site"
version = "1"
source = { editable = "." }
[[package]]
name = "lib"
source = { directory = "lib" }
[[package]]
name = "a"
source = { registry = "https://index.example/simple" }
wheels = [
    { url = "https://files.example/x/a-1%2Bcpu-py3-none-any.whl", hash = "sha256:aa", size = 1 },
    { url = "https://files.example/x/a-1-py3-none-win32.whl", size = 2 },
]
[[package]]
name = "b"
source = { url = "https://files.example/b-1-py3-none-any.whl?x=1#y" }
wheels = [{ url = "https://files.example/b-1-py3-none-any.whl?x=1#y", hash = "sha256:bb" }]
[package.metadata]
requires-dist = [{ name = "b", url = "https://files.example/b-1-py3-none-any.whl?x=1#y" }, { name = "c", url = "https://files.example/c.zip" }]
`;

test('every file of a lock moves, with its hash and name in the path', () => {
  const moved = movedFiles(lock, 'http://127.0.0.1:1');
  expect(moved).toContain('url = "http://127.0.0.1:1/sha256:aa/a-1%2Bcpu-py3-none-any.whl", hash');
  expect(moved).toContain('url = "http://127.0.0.1:1/-/a-1-py3-none-win32.whl", size');
  expect(moved.match(/http:\/\/127\.0\.0\.1:1\/sha256:bb\/b-1-py3-none-any\.whl"/g)).toHaveLength(3);
  expect(moved).toContain('registry = "https://index.example/simple"');
  expect(moved).toContain('https://files.example/c.zip');
});

test('a staged project has what uv reads, and build systems that lead nowhere', () => {
  put(
    'site/pyproject.toml',
    '[project]\nname = "site"\n[build-system]\nrequires = [\n  "hatchling",\n]\n[tool.uv]\nrequired-version = ">=99"\n',
  );
  put('site/uv.lock', lock);
  put('site/src/site.py', '');
  put('site/docs/uv.toml', '');
  stageProject(join(folder, 'site'), { into: join(folder, 'staged'), address: 'http://127.0.0.1:1' });
  const text = readFileSync(join(folder, 'staged/pyproject.toml'), 'utf8');
  expect(text).toContain('hold @ http://127.0.0.1:1/hold/');
  expect(text).not.toMatch(/hatchling|required-version/);
  expect(readFileSync(join(folder, 'staged/lib/pyproject.toml'), 'utf8')).toContain('name = "lib"');
  expect(existsSync(join(folder, 'staged/docs/uv.toml'))).toBe(true);
  expect(existsSync(join(folder, 'staged/src'))).toBe(false);
});

test('checkouts are known by the hash of their lock', () => {
  put('any/name/server/uv.lock', lock);
  put('other/uv.lock', 'another');
  const sha256 = createHash('sha256').update(lock).digest('hex');
  const entry: RealLock = { repository: 'owner/name', commit: '0', path: 'server/uv.lock', sha256 };
  const found = findCheckouts(folder, [entry, { ...entry, sha256: '0' }]);
  expect(found).toEqual([{ lock: entry, directory: join(folder, 'any/name/server') }]);
  expect(lockLabel(entry)).toBe('owner/name server');
});
