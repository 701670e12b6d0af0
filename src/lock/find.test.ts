import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FixtureFiles, projectFixture } from '../project/fixture.ts';
import { readProject } from '../project/index.ts';
import { condaRequirements } from './conda.ts';
import { findLock, type LockSetting } from './find.ts';
import { loadLock } from './load.ts';

const nothing: LockSetting = { lock: undefined, requirements: [] };
const app = '[project]\nname = "app"\nversion = "1"\n';

async function found(files: FixtureFiles, setting: LockSetting = nothing, below = '.'): Promise<string> {
  await using fixture = await projectFixture(files);
  const project = await readProject(path.join(fixture.directory, below));
  const lock = await findLock(project, setting);
  const names = lock.kind === 'requirements' ? lock.files : [lock.file];
  return `${lock.kind} ${names.map((file) => path.relative(fixture.directory, file)).join(' ')}`;
}

async function missing(files: FixtureFiles): Promise<{ code: string; hint: string; details: readonly string[] }> {
  await using fixture = await projectFixture(files);
  const project = await readProject(fixture.directory);
  return await findLock(project, nothing).then(
    () => Promise.reject(new Error('it was found')),
    (error: unknown) => error as { code: string; hint: string; details: readonly string[] },
  );
}

describe('the lock of a project', () => {
  const all = { 'pyproject.toml': app, 'uv.lock': '', 'pylock.toml': '', 'requirements.txt': '' };
  it.each([
    [all, 'uv uv.lock'],
    [{ ...all, 'uv.lock': undefined }, 'pylock pylock.toml'],
    [{ 'pyproject.toml': app, 'requirements.txt': '' }, 'requirements requirements.txt'],
    [{ 'requirements.txt': '' }, 'requirements requirements.txt'],
    [{ 'pylock.toml': '' }, 'pylock pylock.toml'],
  ])('is uv.lock, else pylock.toml, else requirements.txt %#', async (files, expected) => {
    const given = Object.fromEntries(Object.entries(files).filter(([, text]) => text !== undefined)) as FixtureFiles;
    expect(await found(given)).toBe(expected);
  });

  it('is what is configured', async () => {
    const files = { ...all, 'pylock.prod.toml': '', 'deps/base.txt': '' };
    expect(await found(files, { lock: 'pylock.prod.toml', requirements: [] })).toBe('pylock pylock.prod.toml');
    expect(await found(files, { lock: 'uv.lock', requirements: [] })).toBe('uv uv.lock');
    expect(await found(files, { lock: undefined, requirements: ['deps/base.txt', 'requirements.txt'] })).toBe(
      'requirements deps/base.txt requirements.txt',
    );
    await expect(found(files, { lock: 'pylock.gone.toml', requirements: [] })).rejects.toMatchObject({ code: 'LOCK_MISSING' });
    await expect(found(files, { lock: 'poetry.lock', requirements: [] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('of a member is its own before that of the workspace', async () => {
    const files = {
      'pyproject.toml': '[tool.uv.workspace]\nmembers = ["api"]\n',
      'requirements.txt': '',
      'api/pyproject.toml': '[project]\nname = "api"\nversion = "1"\n',
    };
    expect(await found(files, nothing, 'api')).toBe('requirements requirements.txt');
    expect(await found({ ...files, 'api/pylock.toml': '' }, nothing, 'api')).toBe('pylock api/pylock.toml');
    expect(await found({ ...files, 'api/pylock.toml': '', 'uv.lock': '' }, nothing, 'api')).toBe('uv uv.lock');
  });
});

describe('a project without a lock', () => {
  const poetry = '[tool.poetry]\nname = "app"\n';
  it.each<[FixtureFiles, string | undefined, string]>([
    [{ 'pyproject.toml': app }, undefined, 'uv lock'],
    [{ 'pyproject.toml': poetry, 'poetry.lock': '' }, 'poetry.lock', 'uvx migrate-to-uv'],
    [{ 'pyproject.toml': app, 'poetry.lock': '' }, 'poetry.lock', 'uvx migrate-to-uv'],
    [{ 'pyproject.toml': app, 'pdm.lock': '' }, 'pdm.lock', 'uvx pdm export -o requirements.txt'],
    [
      { 'pyproject.toml': `${app}[tool.pdm.dev-dependencies]\ntest = []\n`, 'pdm.lock': '' },
      'pdm.lock',
      'uvx pdm export --prod -o requirements.txt',
    ],
    [
      { 'pyproject.toml': app, 'pdm.lock': '[[package]]\nname = "a"\ngit = "https://git.example/a"\n' },
      'pdm.lock',
      'uvx pdm export --no-hashes -o requirements.txt',
    ],
    [
      { 'pyproject.toml': `${app}[dependency-groups]\ndev = []\n`, 'pdm.lock': '[[package]]\nname = "a"\npath = "./a"\n' },
      'pdm.lock',
      'uvx pdm export --prod --no-hashes | sed "s#^.* @ file://$PWD/#./#" > requirements.txt',
    ],
    [{ 'Pipfile.lock': '{}', Pipfile: '' }, 'Pipfile.lock', 'uvx migrate-to-uv'],
    [
      { 'requirements.in': 'django' },
      'requirements.in',
      'uv pip compile --universal --generate-hashes requirements.in -o requirements.txt',
    ],
    [{ 'setup.py': '' }, 'setup.py', 'uv pip compile --universal --generate-hashes setup.py -o requirements.txt'],
    [
      {
        'environment.yml':
          'name: x\ndependencies:\n  - python=3.11\n  - numpy=1.26\n  - conda-forge::gdal>=3.6\n  - pip:\n    - fastapi==0.115.0\n',
      },
      'environment.yml',
      "uv init --bare --python 3.11 && uv add 'numpy==1.26.*' 'gdal>=3.6' 'fastapi==0.115.0'",
    ],
    [
      { 'conda-lock.yml': '', 'environment.yml': 'dependencies:\n- python\n- pandas\n' },
      'conda-lock.yml',
      'uv init --bare && uv add pandas',
    ],
    [{ 'conda-lock.yml': '' }, 'conda-lock.yml', 'uv init --bare && uv add PACKAGE (once for each package that the code imports)'],
  ])('says which command makes one: %j', async (files, beside, command) => {
    const { code, hint, details } = await missing(files);
    expect([code, hint.split(', and commit ')[0]]).toEqual(['LOCK_MISSING', `run ${command}`]);
    expect(details).toEqual(beside === undefined ? [] : [expect.stringContaining(beside)]);
  });
});

describe('environment.yml', () => {
  it.each([
    [
      'dependencies:\n  - python >=3.11,<3.13\n  - numpy==1.26.4\n  - scipy=1.11.*\n  - pip\nprefix: /x\n',
      '3.11',
      ['numpy==1.26.4', 'scipy==1.11.*'],
    ],
    ['dependencies:\n  - "pandas>=2"  # why\n  - openssl=3.0.2=h0\n', undefined, ['pandas>=2', 'openssl==3.0.2.*']],
    ['channels:\n  - conda-forge\n', 'none', []],
  ])('%j', (text, python, packages) => {
    expect(condaRequirements(text)).toEqual(python === 'none' ? undefined : { python, packages });
  });
});

describe('reading a lock', () => {
  it('says that packages come from requirements.txt only if nobody asked for it', async () => {
    await using fixture = await projectFixture({ 'requirements.txt': '' });
    const project = await readProject(fixture.directory);
    const notes = async (setting: LockSetting) => ((await loadLock({ project, setting, env: {} })) as { notes: readonly string[] }).notes;
    expect(await notes(nothing)).toEqual([expect.stringContaining('requirements.txt')]);
    expect(await notes({ lock: undefined, requirements: ['requirements.txt'] })).toEqual([]);
  });

  it('refuses a directory in place of a lock', async () => {
    await using fixture = await projectFixture({ 'pyproject.toml': app });
    await mkdir(path.join(fixture.directory, 'pylock.toml'));
    const project = await readProject(fixture.directory);
    await expect(loadLock({ project, setting: nothing, env: {} })).rejects.toMatchObject({ code: 'LOCK_BROKEN' });
  });
});
