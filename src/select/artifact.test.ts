import { describe, expect, it } from 'vitest';
import type { LockedFile, LockedPackage } from '../lock/types.ts';
import type { Project } from '../project/types.ts';
import { dist, edges, local, lockOf, member, nothingAsked, projectOf, selectSite, targetOf, wheel } from './fixture.ts';
import { selectAll } from './index.ts';
import type { Selection } from './types.ts';

const musl = targetOf('3.13.5', 'musl 1.2');

function site(packages: readonly LockedPackage[], project?: Project): Parameters<typeof selectSite> {
  const lock = lockOf([...packages, local('site', '.', { dependencies: packages.map(({ name }) => ({ name, extras: [] })) })]);
  return [lock, project === undefined ? {} : { project }];
}

function chosen(selection: Selection, name: string): string | undefined {
  const artifact = selection.packages.find((found) => found.name === name)?.artifact;
  return artifact?.kind === 'wheel' ? artifact.filename : artifact?.kind;
}

function wheelsOf(...filenames: readonly string[]): readonly LockedFile[] {
  return filenames.map((filename) => wheel(filename));
}

describe('the choice of a wheel', () => {
  const numpy = dist('numpy==2.3.0', {
    wheels: wheelsOf(
      'numpy-2.3.0-cp312-cp312-manylinux_2_28_x86_64.whl',
      'numpy-2.3.0-cp313-cp313-macosx_14_0_arm64.whl',
      'numpy-2.3.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
      'numpy-2.3.0-cp313-cp313-manylinux_2_28_x86_64.whl',
      'numpy-2.3.0-cp313-cp313-manylinux_2_28_aarch64.whl',
      'numpy-2.3.0-cp313-cp313-musllinux_1_2_x86_64.whl',
      'numpy-2.3.0-cp313-cp313t-manylinux_2_28_x86_64.whl',
    ),
  });

  it.each([
    [targetOf(), 'cp313-cp313-manylinux_2_28_x86_64'],
    [targetOf('3.13.5', 'glibc 2.17'), 'cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64'],
    [targetOf('3.13.5', 'glibc 2.41', 'arm64'), 'cp313-cp313-manylinux_2_28_aarch64'],
    [targetOf('3.12.11'), 'cp312-cp312-manylinux_2_28_x86_64'],
    [musl, 'cp313-cp313-musllinux_1_2_x86_64'],
  ])('fits the target %#', (target, tags) => {
    const [lock] = site([numpy]);
    expect(chosen(selectSite(lock, { target }), 'numpy')).toBe(`numpy-2.3.0-${tags}.whl`);
  });

  it('takes the greater build tag, and the earlier file in a tie', () => {
    const first = { ...wheel('a-1.0-2-py3-none-any.whl'), url: 'https://index.example/first' };
    const builds = dist('a', {
      wheels: [...wheelsOf('a-1.0-py3-none-any.whl', 'a-1.0-1x-py3-none-any.whl'), first, wheel('a-1.0-2-py3-none-any.whl')],
    });
    const artifact = selectSite(...site([builds])).packages[0]?.artifact;
    expect(artifact).toMatchObject({ filename: 'a-1.0-2-py3-none-any.whl', location: { url: 'https://index.example/first' } });
  });

  it('takes direct wheels by URL or path', () => {
    const hash = `sha256:${'cd'.repeat(32)}`;
    const byUrl = dist('a', {
      source: { kind: 'url', url: 'https://files.example/a-1.0-py3-none-any.whl' },
      wheels: [wheel('a-1.0-py3-none-any.whl', hash)],
    });
    const byPath = dist('b', {
      source: { kind: 'path', path: 'dist/b-1.0-py3-none-any.whl' },
      wheels: [{ filename: 'b-1.0-py3-none-any.whl', hash }],
    });
    const [a, b] = selectSite(...site([byUrl, byPath])).packages.map(({ artifact }) => artifact);
    expect(a).toMatchObject({ location: { url: 'https://index.example/files/a-1.0-py3-none-any.whl' }, sha256: hash });
    expect(b).toMatchObject({ location: { path: 'dist/b-1.0-py3-none-any.whl' }, size: undefined });
  });
});

describe('WHEEL_NONE_FITS', () => {
  it('has the form of the design', () => {
    const kafka = dist('confluent-kafka==2.6.1', {
      wheels: [
        ...wheelsOf('confluent_kafka-2.6.1-cp313-cp313-macosx_13_0_arm64.whl'),
        ...[8, 9, 10, 11, 12].map((n) => wheel(`confluent_kafka-2.6.1-cp3${n}-cp3${n}-macosx_13_0_arm64.whl`)),
        ...wheelsOf('confluent_kafka-2.6.1-cp313-cp313-manylinux_2_28_x86_64.whl'),
      ],
    });
    const [lock] = site([kafka]);
    expect(() => selectSite(lock, { target: musl })).toThrow(
      expect.objectContaining({
        code: 'WHEEL_NONE_FITS',
        message: 'no wheel of confluent-kafka 2.6.1 fits linux/amd64, musl, Python 3.13',
        details: ['uv.lock offers: cp313-manylinux_2_28_x86_64, cp313-macosx_13_0_arm64 and 5 more'],
        hint: 'use a glibc base, for example base = "python:3.13-slim"',
        where: { file: '/project/uv.lock' },
      }),
    );
  });

  it.each([
    [
      'cp313-cp313-manylinux_2_28_x86_64',
      targetOf('3.13.5', 'glibc 2.17'),
      'use a base with glibc 2.28 or newer, for example base = "python:3.13-slim"',
    ],
    ['cp312-cp312-manylinux_2_17_x86_64', targetOf(), 'use another Python, for example python = "3.12"'],
    [
      'cp312-cp312-manylinux_2_17_x86_64',
      musl,
      'use a glibc base with another Python, for example base = "python:3.12-slim" and python = "3.12"',
    ],
    [
      'cp313-cp313-manylinux_2_17_aarch64',
      targetOf(),
      'the wheels fit linux/arm64 only: build with --platform linux/arm64, or choose other versions',
    ],
    ['cp313-cp313-win_amd64', targetOf(), 'choose a version of a that has a wheel for linux/amd64, and run uv lock --upgrade-package a'],
    // Below requires-python, so no help.
    [
      'cp310-cp310-manylinux_2_17_x86_64',
      targetOf(),
      'choose a version of a that has a wheel for linux/amd64, and run uv lock --upgrade-package a',
    ],
  ])('%s: names the nearest fix %#', (tags, target, hint) => {
    const [lock] = site([dist('a', { wheels: wheelsOf(`a-1.0-${tags}.whl`) })]);
    expect(() => selectSite(lock, { target })).toThrow(expect.objectContaining({ code: 'WHEEL_NONE_FITS', hint }));
  });

  it('does not advise a Python that the lock excludes', () => {
    const [lock] = site([dist('a', { wheels: wheelsOf('a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl') })]);
    expect(() => selectSite({ ...lock, requiresPython: '>=3.13' })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('choose a version of a') }),
    );
  });
});

const sdist = { filename: 'a-1.0.tar.gz', url: 'https://index.example/a-1.0.tar.gz', hash: `sha256:${'00'.repeat(32)}`, size: 5 };
const commit = '0123'.repeat(10);

describe('several packages of which no wheel fits', () => {
  const manylinux = (name: string, python = 'cp313') =>
    dist(name, { wheels: wheelsOf(`${name}-1.0-${python}-${python}-manylinux_2_28_x86_64.whl`) });
  const windows = dist('w', { wheels: wheelsOf('w-1.0-cp313-cp313-win_amd64.whl') });

  it.each([
    ['one change for all', [manylinux('a'), manylinux('b')], musl, 'use a glibc base, for example base = "python:3.13-slim"'],
    [
      'the change that helps most, and what to do about the others',
      [manylinux('a'), manylinux('b'), windows],
      musl,
      'use a glibc base, for example base = "python:3.13-slim"; of the others: choose a version of w that has a wheel for linux/amd64, musl, and run uv lock --upgrade-package w',
    ],
    [
      'the newest glibc that any needs',
      [manylinux('a'), dist('b', { wheels: wheelsOf('b-1.0-cp313-cp313-manylinux_2_34_x86_64.whl') })],
      targetOf('3.13.5', 'glibc 2.17'),
      'use a base with glibc 2.34 or newer, for example base = "python:3.13-slim"',
    ],
    [
      'a Python for all rather than one for most',
      [manylinux('a', 'cp312'), manylinux('b', 'cp312'), dist('c', { wheels: wheelsOf('c-1.0-cp311-abi3-manylinux_2_28_x86_64.whl') })],
      targetOf('3.14.0'),
      'use another Python, for example python = "3.12"',
    ],
    [
      'versions of each, where no change helps',
      [windows, dist('v', { wheels: windows.wheels })],
      targetOf(),
      expect.stringContaining('choose versions of v, w that have wheels'),
    ],
  ])('names %s', (_, packages, target, hint) => {
    const [lock] = site(packages);
    expect(() => selectSite(lock, { target })).toThrow(expect.objectContaining({ code: 'WHEEL_NONE_FITS', hint }));
  });

  it('are listed once in one error for all platforms', () => {
    const both = dist('b', { wheels: wheelsOf('b-1.0-cp313-cp313-musllinux_1_2_x86_64.whl') });
    const [lock] = site([manylinux('a'), both]);
    const targets = [musl, targetOf('3.13.5', 'musl 1.2', 'arm64')];
    const run = () => selectAll({ lock, project: projectOf([member('site', '.')]), targets, request: nothingAsked });
    expect(run).toThrow(
      expect.objectContaining({
        code: 'WHEEL_NONE_FITS',
        message: '2 of 3 packages cannot be installed on linux/amd64 and linux/arm64, musl, Python 3.13',
        details: [
          'a 1.0: uv.lock offers: cp313-manylinux_2_28_x86_64',
          'b 1.0 (on linux/arm64): uv.lock offers: cp313-musllinux_1_2_x86_64',
        ],
      }),
    );
  });

  it('say that two platforms differ in more than the CPU', () => {
    const [lock] = site([windows]);
    const targets = [targetOf(), targetOf('3.13.5', 'musl 1.2', 'arm64')];
    expect(() => selectAll({ lock, project: projectOf([member('site', '.')]), targets, request: nothingAsked })).toThrow(
      expect.objectContaining({
        message: '1 of 2 packages cannot be installed on linux/amd64 (glibc 2.41, Python 3.13) and linux/arm64 (musl, Python 3.13)',
      }),
    );
  });

  it('are one plain error where no platform matters', () => {
    const [lock] = site([dist('a', { source: { kind: 'git', git: `https://git.example/a?path=a.whl#${commit}` }, wheels: [] })]);
    const targets = [targetOf(), targetOf('3.13.5', 'glibc 2.41', 'arm64')];
    expect(() => selectAll({ lock, project: projectOf([member('site', '.')]), targets, request: nothingAsked })).toThrow(
      expect.objectContaining({ code: 'SOURCE_UNSUPPORTED', message: 'a 1.0 is an archive inside of a git repository', details: [] }),
    );
  });
});

describe('what is built', () => {
  const artifactOf = (locked: LockedPackage) => selectSite(...site([locked])).packages.find(({ name }) => name === 'a')?.artifact;
  const archive = { kind: 'archive', filename: 'a-1.0.tar.gz', sha256: sdist.hash, size: 5, location: { url: sdist.url } };

  it('is a package without wheels, or with pure ones for other Pythons alone', () => {
    expect(artifactOf(dist('a', { wheels: [], sdist }))).toEqual(archive);
    expect(artifactOf(dist('a', { wheels: wheelsOf('a-1.0-py2-none-any.whl'), sdist }))).toEqual(archive);
  });

  it('is a commit, with what the project asked for', () => {
    const git = `https://user:secret@git.example/a?subdirectory=libs%2Fa&rev=main&lfs=true#${commit}`;
    expect(artifactOf(dist('a', { source: { kind: 'git', git }, wheels: [] }))).toEqual({
      kind: 'git',
      url: 'https://git.example/a',
      commit,
      requested: 'main',
      subdirectory: 'libs/a',
      lfs: true,
    });
  });

  it.each([
    [
      { kind: 'url', url: 'https://files.example/a-1.0.zip', subdirectory: 'x' },
      { location: { url: sdist.url }, subdirectory: 'x' },
    ],
    [{ kind: 'path', path: 'dist/a-1.0.tar.gz' }, { location: { url: sdist.url } }],
  ] as const)('is an archive given by %j', (source, expected) => {
    expect(artifactOf(dist('a', { source, wheels: [], sdist }))).toMatchObject({ kind: 'archive', ...expected });
  });

  it.each(['hatchling', undefined])('is a member with the backend %s', (backend) => {
    const project = projectOf([member('site', '.', { backend })]);
    expect(selectSite(...site([], project)).packages[0]?.artifact).toEqual({ kind: 'local', path: '.' });
  });
});

describe('what cannot be installed', () => {
  it('is a compiled package whose wheels do not fit, even with a source', () => {
    const locked = dist('a', { wheels: wheelsOf('a-1.0-cp313-cp313-win_amd64.whl'), sdist });
    expect(() => selectSite(...site([locked]))).toThrow(expect.objectContaining({ code: 'WHEEL_NONE_FITS' }));
  });

  it.each([
    [dist('a', { wheels: [] }), 'SDIST_UNSUPPORTED', 'neither a wheel nor a source distribution'],
    [dist('a', { wheels: [], sdist: { ...sdist, filename: 'a-1.0.tar.bz2' } }), 'SOURCE_UNSUPPORTED', 'a-1.0.tar.bz2'],
    [dist('a', { wheels: [], source: { kind: 'git', git: `https://git.example/a?path=a.whl#${commit}` } }), 'SOURCE_UNSUPPORTED', 'inside'],
  ])('is a package without anything of use %#', (locked, code, message) => {
    expect(() => selectSite(...site([locked]))).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });

  it.each([`md5:${'ab'.repeat(16)}`, `sha256:${'ab'.repeat(31)}`, undefined])('is a wheel or source with the hash %s', (hash) => {
    const { hash: _, ...file } = wheel('a-1.0-py3-none-any.whl');
    const wheels = [hash === undefined ? file : { ...file, hash }];
    expect(() => selectSite(...site([dist('a', { wheels })]))).toThrow(expect.objectContaining({ code: 'LOCK_UNHASHED' }));
    const { hash: _own, ...source } = sdist;
    const unhashed = dist('a', { wheels: [], sdist: hash === undefined ? source : { ...source, hash } });
    expect(() => selectSite(...site([unhashed]))).toThrow(expect.objectContaining({ code: 'LOCK_UNHASHED' }));
  });

  it('is listed in one error, and only if it is selected', () => {
    const packages = [
      dist('a', { wheels: wheelsOf('a-1.0-cp313-cp313-win_amd64.whl') }),
      dist('b', { wheels: [] }),
      dist('c', { source: { kind: 'git', git: `https://git.example/c?path=c.whl#${commit}` }, wheels: [] }),
      dist('d', { wheels: [] }),
    ];
    const lock = lockOf([...packages, local('site', '.', { dependencies: edges('a', 'b', 'c', "d; sys_platform == 'win32'") })]);
    expect(() => selectSite(lock)).toThrow(
      expect.objectContaining({
        code: 'WHEEL_NONE_FITS',
        message: '3 of 4 packages cannot be installed on linux/amd64, glibc 2.41, Python 3.13',
        details: [
          'a 1.0: uv.lock offers: cp313-win_amd64',
          'SDIST_UNSUPPORTED: b 1.0 cannot be installed: uv.lock has neither a wheel nor a source distribution',
          expect.stringContaining('  hint: build a wheel of b'),
          'SOURCE_UNSUPPORTED: c 1.0 is an archive inside of a git repository',
          expect.stringContaining('  hint: build a wheel of c'),
        ],
        hint: 'choose a version of a that has a wheel for linux/amd64, and run uv lock --upgrade-package a',
      }),
    );
    expect(() => selectSite(lock, { request: { noInstallPackages: ['a', 'b', 'c'] } })).not.toThrow();
  });
});
