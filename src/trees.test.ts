import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ImageConfig } from './config/types.ts';
import { readProject } from './project/index.ts';
import type { Selection } from './select/types.ts';
import { readTrees, treeReader } from './trees.ts';

const image = { files: undefined } as ImageConfig;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-trees-'));
  const project = (name: string): string =>
    `[project]\nname = "${name}"\nversion = "1.0"\nreadme = "README.md"\n\n[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n`;
  await files({
    'pyproject.toml': `${project('site')}\n[tool.uv.workspace]\nmembers = ["libs/*"]\n`,
    'README.md': 'The site.\n',
    'src/site/__init__.py': '',
    'src/site/generated.py': '',
    '.gitignore': 'generated.py\n',
    'libs/core/pyproject.toml': project('core'),
    'libs/core/README.md': 'The core.\n',
    'libs/core/src/core/__init__.py': '',
    'site.tar': 'bytes',
  });
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

function local(...paths: string[]): Selection {
  const packages = paths.map((path) => ({ name: path, artifact: { kind: 'local', path } }));
  return { roots: [], packages, dropped: [] } as unknown as Selection;
}

it('reads the selected members as a build backend sees them, with the texts of their metadata', async () => {
  const { trees, texts } = await readTrees({ project: await readProject(root), selection: local('.', 'libs/core'), image, outputs: [] });
  expect([...trees.keys()].sort()).toEqual(['.', 'libs/core']);
  const paths = trees.get('.')?.files.map((file) => file.path);
  expect(paths).toContain('src/site/generated.py');
  expect(paths?.filter((path) => path.startsWith('libs/'))).toEqual([]);
  expect(texts.get('libs/core')?.get('README.md')).toBe('The core.\n');
});

it('reads run-time files under the ignore rules, without other members and without what the build writes', async () => {
  const { app, trees } = await readTrees({
    project: await readProject(root),
    selection: local(),
    image,
    outputs: [join(root, 'site.tar')],
  });
  const paths = app.files.map((file) => file.path);
  expect(trees.size).toBe(0);
  expect(paths).toContain('src/site/__init__.py');
  expect(paths).not.toContain('src/site/generated.py');
  expect(paths.filter((path) => path.startsWith('libs/core') || path === 'site.tar')).toEqual([]);
  expect(app.leftOut).toContainEqual({ path: 'site.tar', reason: 'written by this build' });
});

it('reads once what several platforms need, so that they get the same files', async () => {
  const read = treeReader({ project: await readProject(root), image, outputs: [] });
  const first = await read(local('.'));
  await files({ 'src/site/added.py': '' });
  expect(await read(local('.'))).toBe(first);
  expect((await read(local('.', 'libs/core'))).trees.get('.')?.files.map(({ path }) => path)).toContain('src/site/added.py');
});
