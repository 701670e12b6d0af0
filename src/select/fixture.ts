import { emptyManifest } from '../lock/pinned.ts';
import type { Edge, Lock, LockedFile, LockedPackage, PackageSource } from '../lock/types.ts';
import type { Member, Project, Pyproject, TomlTable } from '../project/types.ts';
import type { Target } from '../resolve/target.ts';
import { type Selection, type SelectionRequest, select } from './index.ts';

/** Small typed locks for the tests of this folder. */

export const nothingAsked: SelectionRequest = {
  packages: [],
  allPackages: false,
  extras: [],
  allExtras: false,
  noExtras: [],
  groups: [],
  allGroups: false,
  onlyGroups: [],
  noGroups: [],
  dev: undefined,
  noDefaultGroups: false,
  noInstallProject: false,
  noInstallWorkspace: false,
  noInstallLocal: false,
  noInstallPackages: [],
  builds: { noBuild: undefined, noBuildPackages: [], noBinary: undefined, noBinaryPackages: [] },
};

const registry: PackageSource = { kind: 'registry', registry: 'https://index.example/simple' };

export function wheel(filename: string, hash = `sha256:${'ab'.repeat(32)}`): LockedFile {
  return { filename, url: `https://index.example/files/${filename}`, hash, size: 1000 };
}

/** `name` or `name==version`; one pure wheel unless told otherwise. */
export function dist(text: string, parts: Partial<LockedPackage> = {}): LockedPackage {
  const [name = '', version = '1.0'] = text.split('==');
  return {
    name,
    version,
    source: registry,
    resolutionMarkers: [],
    dependencies: [],
    optionalDependencies: {},
    groups: {},
    sdist: undefined,
    wheels: [wheel(`${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`)],
    metadata: undefined,
    ...parts,
  };
}

/** A workspace member at `directory`. */
export function local(name: string, directory: string, parts: Partial<LockedPackage> = {}): LockedPackage {
  return dist(name, { source: { kind: 'editable', directory }, wheels: [], ...parts });
}

/** `name`, `name[extra,extra]` or `name==version`, with a marker after `;`. */
export function edge(text: string): Edge {
  const [head = '', marker] = text.split(';').map((part) => part.trim());
  const [, name = '', extras, version] = /^([\w.-]+)(?:\[(.*)\])?(?:==(.*))?$/.exec(head) ?? [];
  return {
    name,
    extras: extras?.split(',') ?? [],
    ...(version === undefined ? {} : { version }),
    ...(marker === undefined ? {} : { marker }),
  };
}

export function edges(...texts: readonly string[]): readonly Edge[] {
  return texts.map(edge);
}

export function lockOf(packages: readonly LockedPackage[], parts: Partial<Lock> = {}): Lock {
  return {
    file: '/project/uv.lock',
    revision: 3,
    requiresPython: '>=3.11',
    resolutionMarkers: [],
    supportedMarkers: [],
    requiredMarkers: [],
    options: {},
    conflicts: [],
    manifest: { members: [], ...emptyManifest },
    packages,
    ...parts,
  };
}

export function pyproject(data: TomlTable = {}): Pyproject {
  return { file: '/project/pyproject.toml', text: '', data };
}

export function member(name: string, path: string, parts: Partial<Member> = {}): Member {
  return { name, path, pyproject: pyproject(), version: '1.0', isPackage: true, backend: 'uv_build', ...parts };
}

/** A project whose chosen member is the first one. */
export function projectOf(members: readonly Member[], parts: Partial<Project> = {}): Project {
  return {
    root: '/project',
    directory: '/project',
    name: members[0]?.name ?? 'project',
    member: members[0],
    members,
    rootPyproject: members.find(({ path }) => path === '.')?.pyproject ?? pyproject(),
    pythonVersion: undefined,
    startSignals: [],
    ...parts,
  };
}

export function targetOf(
  python = '3.13.5',
  libc: `${'glibc' | 'musl'} ${string}` = 'glibc 2.41',
  architecture: 'amd64' | 'arm64' = 'amd64',
): Target {
  const [kind, version = ''] = libc.split(' ');
  const platform = { os: 'linux', architecture } as const;
  return {
    platform,
    pythonMinor: python.split('.').slice(0, 2).join('.'),
    baseName: 'test',
    reasons: [],
    base: {
      platform,
      python: { path: '/usr/bin/python3', version: python },
      libc: { kind: kind === 'musl' ? 'musl' : 'glibc', version },
      passwd: '',
      group: '',
      shell: true,
      packages: [],
      sonames: [],
      config: { env: [], labels: {}, volumes: [], exposedPorts: [] },
      content: { kind: 'empty' },
    },
  };
}

/** Selects for a project with one member, `site`, at the root. */
export function selectSite(
  lock: Lock,
  options: { request?: Partial<SelectionRequest>; target?: Target; project?: Project } = {},
): Selection {
  return select({
    lock,
    project: options.project ?? projectOf([member('site', '.')]),
    target: options.target ?? targetOf(),
    request: { ...nothingAsked, ...options.request },
  });
}

export function names(selection: Selection): readonly string[] {
  return selection.packages.map(({ name }) => name);
}

export function reasonFor(selection: Selection, name: string): string | undefined {
  return selection.dropped.find((dropped) => dropped.name === name)?.reason;
}
