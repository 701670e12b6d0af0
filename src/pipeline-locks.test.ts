import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from './config/index.ts';
import type { WherryEvent } from './events.ts';
import { readLocks } from './pipeline-locks.ts';
import { readProject } from './project/index.ts';
import { contextWith } from './resolve/fixture.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-locks-'));
});
afterEach(() => rm(root, { recursive: true }));

const images = '[tool.wherry.images.a]\npackage = "a"\n[tool.wherry.images.b]\npackage = "b"\n';
const member = (name: string) => `[project]\nname = "${name}"\nversion = "1"\nrequires-python = ">=3.13"\n`;
const locked = (name: string) => `[[package]]\nname = "${name}"\nversion = "1"\nsource = { virtual = "${name}" }\n`;
const uvLock = `version = 1\nrevision = 3\nrequires-python = ">=3.13"\n\n[manifest]\nmembers = ["a", "b"]\n\n${locked('a')}${locked('b')}`;

/** Reads the locks of two images, one of each member of a workspace; gives the number of times that a lock was read. */
async function reads(files: Readonly<Record<string, string>>): Promise<number> {
  const workspace = `[tool.uv.workspace]\nmembers = ["a", "b"]\n${images}`;
  const all = { 'pyproject.toml': workspace, 'a/pyproject.toml': member('a'), 'b/pyproject.toml': member('b'), ...files };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  const events: WherryEvent[] = [];
  const ctx = contextWith({ emit: (event) => void events.push(event) });
  const project = await readProject(root);
  const config = await loadConfig({ project, env: {} });
  const owned = config.images.map(async (image) => ({ image, own: await readProject(root, { package: image.name }) }));
  const found = await readLocks(await Promise.all(owned), { ctx, frozen: false });
  expect(found.map(({ image }) => image.name)).toEqual(['a', 'b']);
  return events.filter((event) => event.type === 'stage' && event.state === 'done').length;
}

it('reads the uv.lock of a workspace once for all images', async () => {
  expect(await reads({ 'uv.lock': uvLock })).toBe(1);
});

it('reads the requirements of each member', async () => {
  expect(await reads({ 'a/requirements.txt': 'six==1.17.0\n', 'b/requirements.txt': 'six==1.16.0\n' })).toBe(2);
});
