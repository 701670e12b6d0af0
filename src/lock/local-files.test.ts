import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../digest.ts';
import { withLocalHashes } from './local-files.ts';
import { parseLock } from './parse.ts';

it('hashes the files of a directory, for which uv writes no hash', async () => {
  const root = mkdtempSync(join(tmpdir(), 'wherry-links-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'a-1.0-py3-none-any.whl'), 'bytes');
  const given = `sha256:${'ab'.repeat(32)}`;
  const text = `version = 1
[[package]]
name = "a"
version = "1.0"
source = { registry = "." }
wheels = [{ path = "a-1.0-py3-none-any.whl" }, { path = "a-1.0-py2-none-any.whl" }]
[[package]]
name = "b"
version = "1.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/b-1.0-py3-none-any.whl" }, { url = "https://index.example/b-1.0-cp313-none-any.whl", hash = "${given}" }]
`;
  const lock = parseLock(text, join(root, 'uv.lock'));
  const [a, b] = (await withLocalHashes(lock, root)).packages;
  expect(a?.wheels.map(({ hash, size }) => [hash, size])).toEqual([
    [digestOf('bytes'), 5],
    [undefined, undefined],
  ]);
  expect(b?.wheels.map(({ hash }) => hash)).toEqual([undefined, given]);
  const hashed = parseLock(text.replace(/\[\[package\]\]\nname = "a"[\s\S]*?(?=\[\[package\]\])/, ''), 'uv.lock');
  expect(await withLocalHashes(hashed, root)).toBe(hashed);
});
