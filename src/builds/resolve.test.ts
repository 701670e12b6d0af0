import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import type { BuildMaterial, BuildRecipe } from '../plan/index.ts';
import type { Member, Project, SourceTree } from '../project/index.ts';
import { contextWith } from '../resolve/fixture.ts';
import { emptyWherryLock, type LockedBuild } from '../resolve/wherry-lock.ts';
import type { Artifact } from '../select/types.ts';
import { type BuildsInput, resolveBuilds } from './resolve.ts';
import { asksGit, withVersion } from './scm.ts';
import { buildSystemOf, refuseCompiling } from './system.ts';
import { treeDigest } from './tree.ts';

const commit = 'ab'.repeat(20);
const archive: Artifact = {
  kind: 'archive',
  filename: 'a-1.0.tar.gz',
  sha256: digestOf('a'),
  size: 5,
  location: { path: 'dist/a-1.0.tar.gz' },
  subdirectory: 'x',
};
const git: Artifact = { kind: 'git', url: 'https://git.example/b', commit, lfs: true };
const tool = { name: 'hatchling', version: '1.27.0', filename: 'hatchling-1.27.0-py3-none-any.whl', size: 7, sha256: digestOf('h') };

function entry(name: string, source: string, more: Partial<LockedBuild> = {}): LockedBuild {
  return {
    name,
    source,
    python: '3.13',
    backend: 'hatchling.build',
    backendPath: [],
    requires: ['hatchling'],
    more: [],
    tools: [tool],
    ...more,
  };
}

function member(path: string, system: object | undefined): Member {
  const data = { project: { name: 'c', version: '1.0' }, ...(system && { 'build-system': system }) };
  return { name: 'c', path, pyproject: { file: '/p/pyproject.toml', text: '', data }, version: '1.0', isPackage: true, backend: undefined };
}

const tree: SourceTree = {
  directory: '/p/libs/c',
  files: [{ type: 'file', path: '.gitignore', sha256: digestOf(''), size: 0, executable: false }],
  leftOut: [],
};

interface Given {
  readonly artifacts: readonly Artifact[];
  readonly builds: readonly LockedBuild[];
  readonly more?: Partial<BuildsInput>;
  readonly system?: object;
}

/** In locked mode, with a context in which every effect fails the test. */
function resolve({ artifacts, builds, more, system = { requires: ['hatchling'], 'build-backend': 'hatchling.build' } }: Given) {
  const names = ['a', 'b', 'c'];
  const packages = artifacts.map((artifact, index) => ({
    name: artifact.kind === 'local' ? 'c' : (names[index] ?? ''),
    version: '1.0',
    source: { kind: 'registry', registry: '' } as const,
    artifact,
    why: '',
  }));
  return resolveBuilds({
    project: { root: '/p' } as Project,
    selection: { roots: [], packages, dropped: [] },
    pythonMinor: '3.13',
    lock: { ...emptyWherryLock, builds },
    mode: 'locked',
    settings: { constraints: [], extra: new Map(), configSettings: () => ({}), cutoff: () => undefined },
    members: new Map([['libs/c', member('libs/c', system)]]),
    trees: new Map([['libs/c', tree]]),
    ctx: contextWith({}),
    authorize: async () => ({}),
    client: () => Promise.reject(new Error('no index is expected here')),
    ...more,
  });
}

const local: Artifact = { kind: 'local', path: 'libs/c' };
const whole = [entry('a', `${digestOf('a')}#x`), entry('b', `git:${commit}`), entry('c', 'path:libs/c')];

describe('with a complete wherry.lock', () => {
  it('every build is known without any request', async () => {
    const { lock, builds } = await resolve({ artifacts: [archive, git, local], builds: whole });
    expect(lock.builds).toEqual(whole);
    const common = { backend: 'hatchling.build', python: '3.13.2', tools: [{ name: 'hatchling', version: '1.27.0', sha256: tool.sha256 }] };
    const recipes: (BuildRecipe | undefined)[] = ['a', 'b', 'c'].map((name) => builds.get(name)?.build);
    expect(recipes).toEqual([
      { source: { kind: 'archive', sha256: digestOf('a'), subdirectory: 'x' }, ...common },
      { source: { kind: 'git', commit, lfs: true }, ...common },
      { source: { kind: 'tree', files: treeDigest(tree) }, ...common },
    ]);
    expect(JSON.stringify(recipes)).not.toMatch(/example|\/p\/|dist/);
    const materials: (BuildMaterial | undefined)[] = ['a', 'b'].map((name) => builds.get(name)?.material);
    expect(materials.map((each) => each?.origin)).toEqual([
      { kind: 'archive', location: { path: '/p/dist/a-1.0.tar.gz' }, size: 5 },
      { kind: 'git', url: 'https://git.example/b', name: 'b', version: '1.0' },
    ]);
  });

  it('uv_build needs nothing', async () => {
    const own = entry('a', `${digestOf('a')}#x`, { backend: 'uv_build', requires: ['uv_build'], tools: [] });
    const { builds } = await resolve({ artifacts: [archive], builds: [own] });
    expect(builds.get('a')?.build).toEqual({
      source: { kind: 'archive', sha256: digestOf('a'), subdirectory: 'x' },
      backend: 'uv_build',
      tools: [],
    });
    const uvBuild = { requires: ['uv_build'], 'build-backend': 'uv_build' };
    expect((await resolve({ artifacts: [local], builds: [], system: uvBuild })).builds.size).toBe(0);
  });
});

const settings = { constraints: ['hatchling<1.27'], extra: new Map(), configSettings: () => ({}), cutoff: () => undefined };

const edited = (more: Partial<LockedBuild>) => ({ builds: [entry('c', 'path:libs/c', more)] });

it.each<[string, Partial<Given>]>([
  ['there is no entry of this source for Python 3.13', { builds: [] }],
  ['there is no entry of this source for Python 3.12', { more: { pythonMinor: '3.12' } }],
  ['build-backend of [build-system] was hatchling.build, and is other', { system: { requires: ['hatchling'], 'build-backend': 'other' } }],
  [
    'requires of [build-system] was hatchling, and is hatchling>1',
    { system: { requires: ['hatchling>1'], 'build-backend': 'hatchling.build' } },
  ],
  [
    'backend-path of [build-system] was empty, and is .',
    { system: { requires: ['hatchling'], 'build-backend': 'hatchling.build', 'backend-path': ['.'] } },
  ],
  ['the constraint hatchling<1.27 does not allow hatchling 1.27.0', { more: { settings } }],
  ['none of its wheels is the required hatchling', edited({ tools: [] })],
  ['none of its wheels is the required pluggy>=1', edited({ more: ['tomli; python_version < "3"', 'pluggy>=1'] })],
  ['hatchling-1.27.0-py3-none-any.whl is no wheel of hatchling 1.28.0', edited({ tools: [{ ...tool, version: '1.28.0' }] })],
])('an entry of which is true: %s, is WHERRY_LOCK_INCOMPLETE', async (reason, given) => {
  await expect(resolve({ artifacts: [local], builds: [entry('c', 'path:libs/c')], ...given })).rejects.toMatchObject({
    code: 'WHERRY_LOCK_INCOMPLETE',
    message: 'wherry.lock lacks what the build of c 1.0 needs',
    details: [`c 1.0: ${reason}`],
  });
});

it('all builds that lack an entry are named at once', async () => {
  await expect(resolve({ artifacts: [archive, git, local], builds: whole.slice(0, 1) })).rejects.toMatchObject({
    message: 'wherry.lock lacks what the builds of 2 packages need',
    details: [expect.stringMatching(/^b 1\.0: /), expect.stringMatching(/^c 1\.0: /)],
  });
});

describe('[build-system]', () => {
  it('is setuptools where there is none', () => {
    const legacy = { backend: 'setuptools.build_meta:__legacy__', backendPath: [], requires: ['setuptools>=40.8.0'] };
    expect(buildSystemOf(undefined, 'a')).toEqual(legacy);
    expect(buildSystemOf({ project: {} }, 'a')).toEqual(legacy);
    expect(buildSystemOf({ 'build-system': { requires: ['x'] } }, 'a')).toEqual({ ...legacy, requires: ['x'] });
  });

  it.each([{}, { requires: 'x' }, { requires: [1] }, { requires: [], 'build-backend': 1 }, { requires: [], 'backend-path': 'x' }])(
    'is refused as %j',
    (system) => {
      expect(() => buildSystemOf({ 'build-system': system }, 'a')).toThrow(expect.objectContaining({ code: 'PROJECT_BROKEN' }));
    },
  );

  it.each([
    ['maturin', ['maturin>=1']],
    ['setuptools.build_meta', ['setuptools', 'Cython>=3']],
    ['setuptools.build_meta', ['setuptools_rust']],
  ])('of %s with %j compiles', (backend, requires) => {
    expect(() => refuseCompiling({ backend, requires, backendPath: [] }, 'a 1.0')).toThrow(
      expect.objectContaining({ code: 'BACKEND_UNSUPPORTED' }),
    );
  });

  it('of others does not', () => {
    refuseCompiling({ backend: 'setuptools.build_meta', requires: ['setuptools', 'cythonize-nothing'], backendPath: [] }, 'a 1.0');
  });
});

describe('versions from git', () => {
  const dynamic = { project: { name: 'a', dynamic: ['version'] } };

  it('are asked for by some tools, where the version is not written down', () => {
    expect(asksGit(dynamic, ['hatchling', 'hatch-vcs'])).toBe(true);
    expect(asksGit(dynamic, ['setuptools>=64', 'setuptools_scm[toml]>=8'])).toBe(true);
    expect(asksGit({ ...dynamic, tool: { pdm: { version: { source: 'scm' } } } }, ['pdm-backend'])).toBe(true);
    expect(asksGit(undefined, ['setuptools-scm'])).toBe(true);
    expect(asksGit(dynamic, ['hatchling'])).toBe(false);
    expect(asksGit({ project: { name: 'a', version: '1' } }, ['setuptools-scm'])).toBe(false);
  });

  it('stand in PKG-INFO of a source without its repository, unless one is there', async () => {
    const [added] = withVersion([], { name: 'a', version: '1.0', subdirectory: 'x/' });
    expect(added).toMatchObject({ path: 'x/PKG-INFO', type: 'file' });
    expect(added?.type === 'file' && Buffer.from(await added.content()).toString()).toBe('Metadata-Version: 2.1\nName: a\nVersion: 1.0\n');
    expect(withVersion([], { name: 'a', version: undefined })).toEqual([]);
    expect(withVersion([{ type: 'symlink', path: 'PKG-INFO', target: 'x' }], { name: 'a', version: '1.0' })).toHaveLength(1);
  });
});
