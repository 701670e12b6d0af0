import { describe, expect, it } from 'vitest';
import type { ConflictItem } from '../lock/types.ts';
import { dist, edges, local, lockOf, member, names, projectOf, reasonFor, selectSite, targetOf } from './fixture.ts';
import type { Selection } from './types.ts';

function versionsOf(selection: Selection): readonly string[] {
  return selection.packages.map(({ name, version }) => `${name} ${version}`);
}

describe('forks', () => {
  const forked = lockOf([
    dist('numpy==1.26.4'),
    dist('numpy==2.3.0'),
    dist('pandas==2.3.0', { dependencies: edges("numpy==1.26.4; python_version < '3.12'", "numpy==2.3.0; python_version >= '3.12'") }),
    local('site', '.', { dependencies: edges('pandas') }),
  ]);

  it('give one version per target', () => {
    expect(versionsOf(selectSite(forked))).toEqual(['numpy 2.3.0', 'pandas 2.3.0', 'site 1.0']);
    const old = selectSite(forked, { target: targetOf('3.11.9') });
    expect(versionsOf(old)).toEqual(['numpy 1.26.4', 'pandas 2.3.0', 'site 1.0']);
    expect(old.dropped).toEqual([{ name: 'numpy', version: '2.3.0', reason: "marker is false: python_version >= '3.12' (pandas)" }]);
  });

  it('may differ in their source only', () => {
    const index = (name: string) => ({ kind: 'registry', registry: `https://${name}.example/simple` }) as const;
    const torch = (name: string) => dist('torch==2.5.1', { source: index(name) });
    const edge = (name: string, marker: string) => ({ name: 'torch', version: '2.5.1', source: index(name), extras: [], marker });
    const lock = lockOf([
      torch('cpu'),
      torch('cuda'),
      local('site', '.', { dependencies: [edge('cpu', "platform_machine == 'aarch64'"), edge('cuda', "platform_machine == 'x86_64'")] }),
    ]);
    const source = (architecture: 'amd64' | 'arm64') =>
      selectSite(lock, { target: targetOf('3.13.5', 'glibc 2.41', architecture) }).packages[1]?.source;
    expect([source('amd64'), source('arm64')]).toEqual([index('cuda'), index('cpu')]);
  });

  it('that overlap are an error of the lock', () => {
    const lock = lockOf([dist('a==1.0'), dist('a==2.0'), local('site', '.', { dependencies: edges('a==1.0', 'a==2.0') })]);
    expect(() => selectSite(lock)).toThrow(
      expect.objectContaining({ code: 'LOCK_INCONSISTENT', message: 'two packages named a would be installed: 1.0 and 2.0' }),
    );
  });

  it.each(['missing', 'a', 'a==3.0'])('an edge to %s that leads nowhere is an error of the lock', (text) => {
    const lock = lockOf([dist('a==1.0'), dist('a==2.0'), local('site', '.', { dependencies: edges(text) })]);
    expect(() => selectSite(lock)).toThrow(expect.objectContaining({ code: 'LOCK_INCONSISTENT', hint: 'run uv lock' }));
  });

  it('respects supported markers', () => {
    const supported = (marker: string) => selectSite({ ...forked, supportedMarkers: ["sys_platform == 'darwin'", marker] });
    expect(() => supported("sys_platform == 'linux'")).not.toThrow();
    expect(() => supported("sys_platform == 'win32'")).toThrow(
      expect.objectContaining({ code: 'TARGET_UNSUPPORTED', details: expect.arrayContaining(["supported: sys_platform == 'win32'"]) }),
    );
  });

  it('evaluates edges of reachable parents only', () => {
    // The marker of c is written for a reachable b, so alone it says nothing.
    const lock = lockOf([
      dist('b', { dependencies: edges('c') }),
      dist('c'),
      local('site', '.', { dependencies: edges("b; sys_platform == 'win32'") }),
    ]);
    const selection = selectSite(lock);
    expect(names(selection)).toEqual(['site']);
    expect(reasonFor(selection, 'c')).toBe('needed by b, which is not installed');
  });
});

describe('extras', () => {
  const uvicorn = dist('uvicorn', {
    dependencies: edges('click'),
    optionalDependencies: {
      standard: edges('httptools', "uvloop; sys_platform != 'win32'", "colorama; sys_platform == 'win32'"),
      unused: edges('watchfiles'),
    },
  });
  const lock = lockOf([
    ...['click', 'httptools', 'uvloop', 'colorama', 'watchfiles'].map((name) => dist(name)),
    uvicorn,
    local('site', '.', {
      dependencies: edges('uvicorn[standard,gone]'),
      optionalDependencies: { all: edges('uvicorn[unused]', 'site[more]'), more: edges('colorama') },
    }),
  ]);

  it('come through edges, and those that the package lacks are ignored', () => {
    const selection = selectSite(lock);
    expect(names(selection)).toEqual(['click', 'httptools', 'site', 'uvicorn', 'uvloop']);
    expect(selection.packages.map(({ why }) => why)).toContain('site → uvicorn[standard] → uvloop');
    expect(reasonFor(selection, 'watchfiles')).toBe('only in extra unused of uvicorn');
    expect(reasonFor(selection, 'colorama')).toBe("marker is false: sys_platform == 'win32' (uvicorn)");
  });

  it('may refer to the project itself', () => {
    const selection = selectSite(lock, { request: { extras: ['all'] } });
    expect(names(selection)).toEqual(['click', 'colorama', 'httptools', 'site', 'uvicorn', 'uvloop', 'watchfiles']);
    expect(selection.packages.find(({ name }) => name === 'colorama')?.why).toBe('site[more] → colorama');
  });

  it('do not loop', () => {
    const cycle = lockOf([
      dist('a', { dependencies: edges('b[x]') }),
      dist('b', { dependencies: edges('a'), optionalDependencies: { x: edges('a', 'b[x]') } }),
      local('site', '.', { dependencies: edges('a') }),
    ]);
    expect(selectSite(cycle).packages.map(({ why }) => why)).toEqual(['site → a', 'site → a → b', 'site']);
  });
});

describe('conflicts', () => {
  const items = (...list: readonly ConflictItem[]) => [list];
  const cpu = "extra == 'extra-4-site-cpu'";
  const cuda = "extra == 'extra-4-site-cuda'";
  const torch = lockOf(
    [
      dist('torch==1.0'),
      dist('torch==2.0'),
      dist('torch==3.0'),
      local('site', '.', {
        dependencies: edges(`torch==3.0; extra != 'extra-4-site-cpu' and extra != 'extra-4-site-cuda'`),
        optionalDependencies: { cpu: edges(`torch==1.0; ${cpu}`), cuda: edges(`torch==2.0; ${cuda}`) },
      }),
    ],
    { conflicts: items({ package: 'site', extra: 'cpu' }, { package: 'site', extra: 'cuda' }) },
  );

  it.each([
    [[], 'torch 3.0'],
    [['cpu'], 'torch 1.0'],
    [['cuda'], 'torch 2.0'],
  ])('the extras %j choose %s', (extras, torchVersion) => {
    expect(versionsOf(selectSite(torch, { request: { extras } }))).toEqual(['site 1.0', torchVersion]);
  });

  it('of two chosen extras are an error that names both', () => {
    expect(() => selectSite(torch, { request: { extras: ['cuda', 'cpu'] } })).toThrow(
      expect.objectContaining({ code: 'SELECTION_CONFLICT', message: 'extra cpu of site and extra cuda of site exclude each other' }),
    );
  });

  it('of a group and the project itself are an error', () => {
    const lock = lockOf([dist('a'), local('site', '.', { groups: { old: edges('a') } })], {
      conflicts: items({ package: 'site', group: 'old' }, { package: 'site' }),
    });
    expect(names(selectSite(lock))).toEqual(['site']);
    expect(() => selectSite(lock, { request: { groups: ['old'] } })).toThrow(
      expect.objectContaining({ message: 'group old of site and the dependencies of site exclude each other' }),
    );
  });

  it('of members count only if both may be installed', () => {
    const manifest = { ...torch.manifest, members: ['api', 'lib', 'site'] };
    const packages = [
      local('site', '.', { dependencies: edges('lib'), optionalDependencies: { cpu: [] } }),
      local('lib', 'lib', { optionalDependencies: { cpu: [] } }),
      local('api', 'api', { optionalDependencies: { cpu: [] } }),
    ];
    const project = projectOf([member('site', '.'), member('lib', 'lib'), member('api', 'api')]);
    const run = (other: string) => () =>
      selectSite(lockOf(packages, { manifest, conflicts: items({ package: 'site', extra: 'cpu' }, { package: other, extra: 'cpu' }) }), {
        project,
        request: { extras: ['cpu'] },
      });
    expect(run('lib')).toThrow(expect.objectContaining({ code: 'SELECTION_CONFLICT' }));
    expect(run('api')).not.toThrow();
  });

  it('see the extras that edges switch on', () => {
    const lock = lockOf(
      [
        dist('a==1.0'),
        dist('a==2.0'),
        local('lib', 'lib', {
          dependencies: edges("a==2.0; extra != 'extra-3-lib-old'"),
          optionalDependencies: { old: edges("a==1.0; extra == 'extra-3-lib-old'"), new: [] },
        }),
        local('site', '.', { dependencies: edges('lib[old]'), optionalDependencies: { both: edges('lib[new]') } }),
      ],
      { conflicts: items({ package: 'lib', extra: 'old' }, { package: 'lib', extra: 'new' }) },
    );
    expect(versionsOf(selectSite(lock))).toContain('a 1.0');
    expect(versionsOf(selectSite(lock))).not.toContain('a 2.0');
    expect(() => selectSite(lock, { request: { extras: ['both'] } })).toThrow(
      expect.objectContaining({ message: 'extra old of lib and extra new of lib exclude each other' }),
    );
  });

  it('ignore extras behind a parent that another extra excludes', () => {
    const lock = lockOf(
      [
        dist('plain', { dependencies: edges('lib[new]') }),
        dist('lib', { optionalDependencies: { old: [], new: [] } }),
        local('site', '.', { dependencies: edges("plain; extra != 'extra-3-lib-old'", 'lib[old]') }),
      ],
      { conflicts: items({ package: 'lib', extra: 'old' }, { package: 'lib', extra: 'new' }) },
    );
    expect(names(selectSite(lock))).toEqual(['lib', 'site']);
  });

  it('see the extras that a group switches on', () => {
    const lock = lockOf(
      [
        dist('a==1.0'),
        dist('a==2.0'),
        local('site', '.', {
          dependencies: edges("a==1.0; extra != 'extra-4-site-new'"),
          optionalDependencies: { new: edges("a==2.0; extra == 'extra-4-site-new'"), old: [] },
          groups: { fresh: edges('site[new]') },
        }),
      ],
      { conflicts: items({ package: 'site', extra: 'new' }, { package: 'site', extra: 'old' }) },
    );
    expect(versionsOf(selectSite(lock, { request: { groups: ['fresh'] } }))).toEqual(['a 2.0', 'site 1.0']);
  });
});

describe('filters', () => {
  const lock = lockOf(
    [
      dist('a'),
      local('lib', 'lib', { dependencies: edges('a') }),
      local('tool', '../tool', { source: { kind: 'directory', directory: '../tool' } }),
      local('docs', 'docs', { source: { kind: 'virtual', directory: 'docs' }, dependencies: edges('a') }),
      local('site', '.', { dependencies: edges('lib', 'tool', 'docs') }),
    ],
    { manifest: { ...lockOf([]).manifest, members: ['docs', 'lib', 'site'] } },
  );
  const project = projectOf([member('site', '.'), member('lib', 'lib'), member('docs', 'docs', { backend: undefined })]);

  it.each([
    [{}, ['a', 'lib', 'site', 'tool']],
    [{ noInstallProject: true }, ['a', 'lib', 'tool']],
    [{ noInstallWorkspace: true }, ['a', 'tool']],
    [{ noInstallLocal: true }, ['a']],
    [{ noInstallPackages: ['LIB'] }, ['a', 'site', 'tool']],
    // With several packages there is no one project, as in uv.
    [{ packages: ['site', 'lib'], noInstallProject: true }, ['a', 'lib', 'site', 'tool']],
  ])('%j leaves %j', (request, expected) => {
    expect(names(selectSite(lock, { project, request }))).toEqual(expected);
  });

  it('say why', () => {
    const selection = selectSite(lock, { project, request: { noInstallWorkspace: true } });
    expect(reasonFor(selection, 'lib')).toBe('left out by --no-install-workspace');
    expect(reasonFor(selection, 'docs')).toBe('is not a package: only its dependencies are installed');
  });
});
