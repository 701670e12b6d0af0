import { describe, expect, it } from 'vitest';
import { parseMarker } from '../packaging/index.ts';
import { projectOf } from './fixture.ts';
import { lockOfPins, markerInLock } from './list-lock.ts';
import { type Pin, type PinnedLock, withoutEdges } from './pinned.ts';
import type { LockedFile } from './types.ts';

const file = (filename: string): LockedFile => ({ filename, url: `https://index.example/${filename}`, hash: `sha256:${'ab'.repeat(32)}` });

function pin(name: string, parts: Partial<Pin> = {}): Pin {
  const source = { kind: 'registry', registry: '' } as const;
  const where = { file: '/work/pylock.toml', line: 1 };
  return {
    ...withoutEdges,
    name,
    version: '1',
    source,
    sdist: undefined,
    wheels: [],
    marker: undefined,
    requiresPython: undefined,
    where,
    ...parts,
  };
}

function list(pins: readonly Pin[], parts: Partial<PinnedLock> = {}): PinnedLock {
  return {
    kind: 'pinned',
    format: 'pylock',
    file: '/work/pylock.toml',
    label: 'pylock.toml',
    regenerate: 'write it',
    requiresPython: '>=3.11',
    environments: [],
    extras: [],
    groups: [],
    defaultGroups: [],
    pins,
    notes: [],
    ...parts,
  };
}

const app = projectOf({ '.': '[project]\nname = "app"\nversion = "2"\n' });

describe('a list as a lock', () => {
  it('is a root that needs everything under its marker', () => {
    const lock = lockOfPins(list([pin('a'), pin('b', { marker: "sys_platform == 'linux'" })]), app);
    expect(lock.packages.map(({ name, source }) => [name, source.kind])).toEqual([
      ['app', 'virtual'],
      ['a', 'registry'],
      ['b', 'registry'],
    ]);
    expect(lock.packages[0]?.dependencies).toMatchObject([
      { name: 'a', version: '1' },
      { name: 'b', marker: "sys_platform == 'linux'" },
    ]);
    expect(lock).toMatchObject({ requiresPython: '>=3.11', list: { label: 'pylock.toml' } });
  });

  it('installs the project if it lists it, and only then', () => {
    const lock = lockOfPins(list([pin('app', { source: { kind: 'directory', directory: '.' } }), pin('a')]), app);
    expect(lock.packages.map(({ name, source }) => [name, source.kind])).toEqual([
      ['app', 'directory'],
      ['a', 'registry'],
    ]);
    const unversioned = lockOfPins(list([pin('app', { version: undefined, source: { kind: 'directory', directory: '.' } })]), app);
    expect(unversioned.packages[0]?.version).toBe('2');
  });

  it('has a root also without [project]', () => {
    const lock = lockOfPins(list([pin('a')]), projectOf({ '.': '' }));
    expect(lock.manifest.members).toEqual(['work']);
    expect(lock.packages[0]).toMatchObject({ name: 'work', source: { kind: 'virtual', directory: '.' } });
  });

  it('makes one package of several pins of one version', () => {
    const [linux, mac] = ["platform_machine == 'x86_64'", "platform_machine == 'arm64'"];
    const twice = [
      pin('a', { marker: linux, wheels: [file('x.whl')] }),
      pin('a', { marker: mac, wheels: [file('y.whl'), file('x.whl')] }),
      pin('a', { version: '2' }),
    ];
    const { packages } = lockOfPins(list(twice), app);
    expect(packages.slice(1).map(({ version, wheels }) => [version, wheels.map(({ filename }) => filename)])).toEqual([
      ['1', ['x.whl', 'y.whl']],
      ['2', []],
    ]);
    expect(packages[0]?.dependencies.map(({ marker }) => marker)).toEqual([`(${linux}) or (${mac})`, undefined]);
  });

  it('knows its extras and groups', () => {
    const lock = lockOfPins(
      list([pin('a', { marker: "'web' in extras" })], { extras: ['web'], groups: ['dev'], defaultGroups: ['docs'] }),
      app,
    );
    expect(lock.packages[0]).toMatchObject({ optionalDependencies: { web: [] }, groups: { dev: [], docs: [] } });
    expect(lock.packages[0]?.dependencies[0]?.marker).toBe("extra == 'extra-3-app-web'");
    expect(lock.conflicts.map((set) => set.length)).toEqual([1, 1, 1]);
  });
});

describe('markers that search extras and groups', () => {
  it.each([
    ["'Dev.Tools' in dependency_groups", "extra == 'group-3-app-dev-tools'"],
    ['"web" not in extras and os_name == "posix"', `extra != 'extra-3-app-web' and os_name == "posix"`],
    ["('a'in extras or 'b' in extras)", "(extra == 'extra-3-app-a' or extra == 'extra-3-app-b')"],
    [`platform_version == "'x' in extras"`, `platform_version == "'x' in extras"`],
    ["'lin' in sys_platform", "'lin' in sys_platform"],
  ])('%s', (text, expected) => {
    expect(markerInLock(text, 'app')).toBe(expected);
    expect(() => parseMarker(markerInLock(text, 'app'))).not.toThrow();
  });

  it.each(["extras == 'web'", "extras in 'web'", "'web' < extras"])('%s stays what no marker is', (text) => {
    expect(() => parseMarker(markerInLock(text, 'app'))).toThrow('"extras" is not a marker variable');
  });
});
