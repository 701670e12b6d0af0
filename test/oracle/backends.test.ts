import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendContext, textFiles } from '../../src/backend/fixture.ts';
import type { Context } from '../../src/context.ts';
import { compareBuilds } from '../backends/compare.ts';
import { type Backends, fetchSdist, installBackends } from '../backends/environment.ts';
import { readSdist, writeTree } from '../backends/tree.ts';

/** One package for each kind of backend; `npm run soak` has the others of `sdists.txt`. */
const sample = ['click', 'six', 'iniconfig', 'tomlkit', 'starlette', 'typer', 'tabulate'];

let backends: Backends;
let ctx: Context;
let remove: () => Promise<void>;
let base: string;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'wherry-backends-'));
  backends = installBackends();
  ({ remove, ...ctx } = await backendContext());
});
afterAll(async () => {
  rmSync(base, { recursive: true, force: true });
  await remove();
});

describe('wheels, against those of pypa/build on native CPython', () => {
  it.each(sample)('%s', async (name) => {
    const directory = mkdtempSync(join(base, 'build-'));
    const { ours, theirs } = await compareBuilds(readSdist(fetchSdist(name)), { backends, ctx, directory, minor: '3.13' });
    expect(ours).toEqual(theirs);
  });

  const project = (backend: string, more: string) => ({
    'pyproject.toml': `[build-system]\nrequires = []\nbuild-backend = "${backend}"\n[project]\nname = "versioned"\ndynamic = ["version"]\n${more}`,
    'versioned/__init__.py': 'x = 1\n',
  });
  const versioned = {
    hatchling: project('hatchling.build', '[tool.hatch.version]\nsource = "vcs"\n'),
    'setuptools-scm': project('setuptools.build_meta', '[tool.setuptools_scm]\nversion_file = "versioned/_version.py"\n'),
    versioningit: project('setuptools.build_meta', '[tool.versioningit]\n[tool.setuptools]\npackages = ["versioned"]\n'),
    'pdm-backend': project('pdm.backend', '[tool.pdm.version]\nsource = "scm"\n'),
  };

  it.each(Object.entries(versioned))('a version from git, by %s', async (_name, texts) => {
    const gitDirectory = mkdtempSync(join(base, 'git-'));
    const tree = { rootName: 'source', files: textFiles(texts) };
    await writeTree(gitDirectory, tree);
    const git = (...words: string[]) => {
      const identity = ['-c', 'user.name=a', '-c', 'user.email=a@a.example', '-c', 'commit.gpgSign=false'];
      execFileSync('git', [...identity, ...words], { cwd: gitDirectory, stdio: 'ignore' });
    };
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    git('tag', 'v1.2.3');
    git('commit', '--quiet', '--allow-empty', '--message', 'second');
    const directory = mkdtempSync(join(base, 'build-'));
    const { ours, theirs } = await compareBuilds(tree, { backends, ctx, directory, minor: '3.13', gitDirectory });
    expect(ours).toEqual(theirs);
    expect(ours.name).toMatch(/^versioned-1\.2\.(?:3|4)/);
  });
});
