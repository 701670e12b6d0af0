import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ComputedMetadata } from './computed.ts';
import { projectOf } from './fixture.ts';
import { type FreshnessOptions, requireFreshLock } from './fresh.ts';
import { readLock } from './read.ts';

const app = `[project]
name = "app"
version = "1"
requires-python = ">=3.11"
dependencies = ["tree"]
[tool.uv.sources]
tree = { path = "tree" }
`;
const tree = `[project]\nname = "tree"\nversion = "2"\n`;
const lock = `version = 1
revision = 3
requires-python = ">=3.11"
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "tree" }]
[package.metadata]
requires-dist = [{ name = "tree", directory = "tree" }]
[[package]]
name = "tree"
version = "2"
source = { directory = "tree" }
`;

let root = '';

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'wherry-lock-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function put(name: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, name)), { recursive: true });
  await writeFile(path.join(root, name), text);
}

async function check(text: string, options: Partial<FreshnessOptions> = {}): Promise<void> {
  const project = projectOf({ '.': text }, root);
  await requireFreshLock(project, await readLock(project), { frozen: false, ...options });
}

test('a fresh lock passes', async () => {
  await put('uv.lock', lock);
  await put('tree/pyproject.toml', tree);
  await expect(check(app)).resolves.toBeUndefined();
});

test('a stale lock is refused with field, both values, place and command; only frozen skips that', async () => {
  await put('uv.lock', lock);
  await put('tree/pyproject.toml', tree);
  const changed = app.replace('">=3.11"', '">=3.12"').replace('version = "1"', 'version = "1.1"');
  await expect(check(changed)).rejects.toMatchObject({
    code: 'LOCK_STALE',
    message: 'uv.lock does not match project.requires-python',
    details: ['uv.lock has: >=3.11', 'the project has: >=3.12', 'project.version: uv.lock has 1, the project has 1.1'],
    hint: 'run uv lock, or build with --frozen to use the lock as it is',
    where: { file: path.join(root, 'pyproject.toml'), line: 4 },
  });
  await expect(check(changed, { frozen: true })).resolves.toBeUndefined();
});

test('trees outside the workspace are read', async () => {
  await put('uv.lock', lock);
  await put('tree/pyproject.toml', tree.replace('"2"', '"3"'));
  await expect(check(app)).rejects.toMatchObject({ code: 'LOCK_STALE', message: expect.stringContaining('project.version') });
  await put('tree/pyproject.toml', `${tree}[tool.uv]\npackage = false\n`);
  await expect(check(app)).rejects.toMatchObject({ code: 'LOCK_STALE', message: expect.stringContaining('tool.uv.sources.tree') });
  await rm(path.join(root, 'tree'), { recursive: true });
  await expect(check(app)).rejects.toMatchObject({ code: 'LOCK_UNVERIFIED', hint: expect.stringContaining('--frozen') });
});

test('a tree without [project] is compared with what its backend computes', async () => {
  const metadata = '[package.metadata]\nrequires-dist = [{ name = "six", specifier = ">=1" }]\nprovides-extras = ["fast"]\n';
  const edges = '[[package]]\nname = "six"\nversion = "1"\nsource = { registry = "https://index.example/simple" }\n';
  await put('uv.lock', `${lock}dependencies = [{ name = "six" }]\n${metadata}${edges}`);
  await put('tree/setup.py', 'setup()');
  const project = projectOf({ '.': app }, root);
  const read = await readLock(project);
  const directory = path.join(root, 'tree');
  expect(await requireFreshLock(project, read, { frozen: false })).toEqual([directory]);
  const computed = { version: '2', requiresDist: ['six >=1'], providesExtras: ['Fast'] };
  const compare = (more: Partial<ComputedMetadata> = {}) =>
    requireFreshLock(project, read, { frozen: false, computed: new Map([[directory, { ...computed, ...more }]]) });
  expect(await compare()).toEqual([]);
  await put('tree/pyproject.toml', '[tool.poetry]\nname = "tree"\nversion = "9"\n[tool.uv.sources]\nsix = { path = "elsewhere" }\n');
  expect(await compare()).toEqual([]);
  for (const changed of [{ version: '3' }, { requiresDist: ['six'] }, { providesExtras: [] }])
    await expect(compare(changed), JSON.stringify(changed)).rejects.toMatchObject({ code: 'LOCK_STALE' });
});

test('uv.toml is read, and refused when it is not TOML', async () => {
  await put('uv.lock', lock);
  await put('tree/pyproject.toml', tree);
  await put('uv.toml', 'resolution = "lowest"');
  await expect(check(app)).rejects.toMatchObject({ code: 'LOCK_STALE', message: expect.stringContaining('tool.uv.resolution') });
  await put('uv.toml', 'resolution = ?');
  await expect(check(app)).rejects.toMatchObject({ code: 'PROJECT_BROKEN', where: { line: 1 } });
});

test('a root without settings has those of the nearest directory above, and one with settings only its own', async () => {
  const above = root;
  root = path.join(above, 'examples/app');
  const plain = `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\n`;
  const options = `version = 1\nrequires-python = ">=3.11"\n[options]\nresolution-mode = "lowest"\n`;
  await put('uv.lock', `${options}[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n`);
  await put('../pyproject.toml', plain);
  await put('../../pyproject.toml', '[tool.uv]\nresolution = "lowest"\n');
  const refused = { code: 'LOCK_STALE', message: expect.stringContaining('tool.uv.resolution') };
  await expect(check(plain)).resolves.toBeUndefined();
  await expect(check(`${plain}[tool.uv]\n`)).rejects.toMatchObject(refused);
  await put('../../uv.toml', 'resolution = "highest"');
  await expect(check(plain)).rejects.toMatchObject(refused);
  root = above;
});

test('settings of the machine count, but not its indexes', async () => {
  const six = '[[package]]\nname = "six"\nversion = "1"\nsource = { registry = "https://index.example/simple" }\n';
  await put('uv.lock', `${lock}${six}`);
  await put('tree/pyproject.toml', tree);
  const env = { HOME: root, XDG_CONFIG_DIRS: root };
  await put('.config/uv/uv.toml', 'index = [{ url = "https://mirror.example/simple", default = true }]\n');
  await expect(check(app, { env })).resolves.toBeUndefined();
  await put('.config/uv/uv.toml', 'prerelease = "allow"\nconstraint-dependencies = ["six<2"]\n');
  const refused = {
    code: 'LOCK_STALE',
    message: expect.stringContaining('tool.uv.prerelease'),
    details: expect.not.arrayContaining([expect.stringContaining('six')]),
  };
  await expect(check(app, { env })).rejects.toMatchObject(refused);
  await expect(check(app, { env: { ...env, UV_NO_CONFIG: '1' } })).resolves.toBeUndefined();
  await expect(check(app)).resolves.toBeUndefined();
});

test('no uv.lock', async () => {
  const found = readLock(projectOf({ '.': app }, root));
  await expect(found).rejects.toMatchObject({ code: 'LOCK_MISSING', hint: 'run uv lock and commit uv.lock' });
});

test('a directory in place of uv.lock', async () => {
  await mkdir(path.join(root, 'uv.lock'));
  await expect(readLock(projectOf({ '.': app }, root))).rejects.toMatchObject({ code: 'LOCK_BROKEN' });
});
