import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import type { Member, SourceTree } from '../project/index.ts';
import { parseToml } from '../project/index.ts';
import { withoutLocks } from './lock-files.ts';
import { buildSystemOf } from './system.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-locks-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const systems = {
  hatch: 'requires = ["hatchling", "hatch_vcs>=0.4"]\nbuild-backend = "hatchling.build"',
  setuptools: 'requires = ["setuptools>=77", "setuptools-scm[toml]>=8"]\nbuild-backend = "setuptools.build_meta"',
  pdm: 'requires = ["pdm-backend"]\nbuild-backend = "pdm.backend"',
  poetry: 'requires = ["poetry-core>=2,<3"]\nbuild-backend = "poetry.core.masonry.api"',
};

/** Paths that the backend sees. */
async function seen(system: string, settings: string, more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const text = `[build-system]\n${system}\n[project]\nname = "demo"\nversion = "1"\n${settings}`;
  const data = parseToml(text, 'pyproject.toml');
  for (const [name, content] of Object.entries(more)) await writeFile(join(directory, name), content);
  const paths = ['uv.lock', 'wherry.lock', 'demo/uv.lock', ...Object.keys(more)];
  const files = paths.map((path) => ({ type: 'file' as const, path, sha256: digestOf(path), size: 1, executable: false }));
  const tree: SourceTree = { directory, files, leftOut: [] };
  const member = { pyproject: { file: join(directory, 'pyproject.toml'), text, data } } as unknown as Member;
  return (await withoutLocks(member, tree, buildSystemOf(data, 'demo'))).files.map(({ path }) => path);
}

describe('lock files of a tree that is built', () => {
  it.each([
    ['hatch', ''],
    ['hatch', '[tool.hatch.build.targets.wheel]\npackages = ["src/demo"]\nexclude = ["*.lock"]'],
    ['hatch', '[tool.hatch.build.targets.wheel]\ninclude = ["src/**", "*.py"]\n[tool.hatch.build.targets.wheel.sources]\n"src" = ""'],
    ['hatch', '[tool.hatch.build.targets.sdist]\ninclude = ["*"]'],
    ['setuptools', '[tool.setuptools.packages.find]\nwhere = ["."]\ninclude = ["*"]'],
    ['setuptools', '[tool.setuptools]\npackage-dir = { "" = "src" }'],
    ['setuptools', '[tool.setuptools.package-data]\ndemo = ["data/*"]'],
    ['pdm', '[tool.pdm.build]\nincludes = ["src"]\nsource-includes = ["*.lock"]'],
    ['poetry', '[tool.poetry]\npackages = [{ include = "demo" }]\n[tool.poetry.dependencies]\nx = "*"'],
  ] as const)('are not seen by %s with %j', async (system, settings) => {
    expect(await seen(systems[system], settings)).toEqual(['demo/uv.lock']);
  });

  // Of each of these the wheel holds uv.lock, if it is there.
  it.each([
    ['hatch', '[tool.hatch.build.targets.wheel]\ninclude = ["*"]'],
    ['hatch', '[tool.hatch.build.targets.wheel]\ninclude = ["*.l*"]'],
    ['hatch', '[tool.hatch.build.targets.wheel]\nonly-include = ["."]'],
    ['hatch', '[tool.hatch.build.targets.wheel.force-include]\n"uv.lock" = "demo/uv.lock"'],
    ['hatch', '[tool.hatch.build]\nforce-include = { "./" = "all" }'],
    ['setuptools', '[tool.setuptools]\ndata-files = { "share" = ["*.lock"] }'],
    ['setuptools', '[tool.setuptools]\npackage-dir = { "demo" = "." }'],
    ['pdm', '[tool.pdm.build]\nincludes = ["**"]'],
    ['poetry', '[tool.poetry]\ninclude = [{ path = "*.lock", format = "wheel" }]'],
  ] as const)('uv.lock is seen by %s with %j', async (system, settings) => {
    expect(await seen(systems[system], settings)).toEqual(['uv.lock', 'demo/uv.lock']);
  });

  it('uv.lock is seen by plugins that nobody knows, and by backends of the tree itself', async () => {
    expect(await seen('requires = ["hatchling", "hatch-pinned-extra"]\nbuild-backend = "hatchling.build"', '')).toContain('uv.lock');
    expect(await seen('requires = []\nbuild-backend = "own"\nbackend-path = ["."]', '')).toContain('uv.lock');
  });

  it('uv.lock is seen by scripts that name it', async () => {
    const { setuptools } = systems;
    expect(await seen(setuptools, '', { 'setup.py': 'setup(data_files=[("share", ["uv.lock"])])' })).toContain('uv.lock');
    expect(await seen(setuptools, '', { 'setup.py': 'setup()', 'MANIFEST.in': 'include *.lock' })).toContain('uv.lock');
    expect(await seen(setuptools, '', { 'setup.py': 'setup()', 'MANIFEST.in': 'graft src' })).not.toContain('uv.lock');
  });
});
