import { describe, expect, it } from 'vitest';
import type { Manifest } from '../lock/types.ts';
import { dist, edges, local, lockOf, member, names, projectOf, pyproject, reasonFor, selectSite } from './fixture.ts';

function manifest(parts: Partial<Manifest>): Manifest {
  return { ...lockOf([]).manifest, ...parts };
}

const libraries = ['flask', 'httpx', 'pytest', 'ruff', 'sphinx', 'uvloop'].map((name) => dist(name));

/** A root project `site` with the members `api` and `lib`. */
const workspace = lockOf(
  [
    ...libraries,
    local('api', 'packages/api', { dependencies: edges('httpx', 'lib'), groups: { test: edges('pytest') } }),
    local('lib', 'packages/lib', { optionalDependencies: { fast: edges('uvloop') } }),
    local('site', '.', { dependencies: edges('flask'), groups: { dev: edges('ruff'), docs: edges('sphinx') } }),
  ],
  { manifest: manifest({ members: ['api', 'lib', 'site'] }) },
);
const members = [member('site', '.'), member('api', 'packages/api'), member('lib', 'packages/lib')];

function workspaceNames(request: Parameters<typeof selectSite>[1] = {}): readonly string[] {
  return names(selectSite(workspace, { project: projectOf(members), ...request }));
}

describe('roots', () => {
  it('are the project at hand', () => {
    expect(workspaceNames()).toEqual(['flask', 'site']);
  });

  it('are the packages that were named', () => {
    expect(workspaceNames({ request: { packages: ['API'] } })).toEqual(['api', 'httpx', 'lib']);
    expect(workspaceNames({ request: { packages: ['lib', 'site'], extras: ['fast'] } })).toEqual(['flask', 'lib', 'site', 'uvloop']);
  });

  it('are all members, and the groups of the root, if the root has no [project]', () => {
    const root = lockOf([...libraries, local('api', 'api', { dependencies: edges('httpx') }), local('lib', 'lib')], {
      manifest: manifest({
        members: ['api', 'lib'],
        dependencyGroups: { dev: [wire('ruff')], docs: [wire('sphinx'), wire('uvloop', "sys_platform == 'win32'")] },
      }),
    });
    const project = projectOf([member('api', 'api'), member('lib', 'lib')], { member: undefined });
    expect(names(selectSite(root, { project }))).toEqual(['api', 'httpx', 'lib']);
    const selection = selectSite(root, { project, request: { groups: ['docs'] } });
    expect(names(selection)).toEqual(['api', 'httpx', 'lib', 'sphinx']);
    expect(selection.packages.find(({ name }) => name === 'sphinx')?.why).toBe('workspace (group docs) → sphinx');
    expect(names(selectSite(root, { project, request: { packages: ['lib'], groups: ['docs'] } }))).toEqual(['lib', 'sphinx']);
  });

  it('take the fork that fits for a requirement of the root', () => {
    const forks = ["sys_platform == 'linux'", "sys_platform != 'linux'"];
    const root = lockOf(
      forks.map((marker, index) => dist(`ruff==${index + 1}.0`, { resolutionMarkers: [marker] })),
      { manifest: manifest({ dependencyGroups: { lint: [wire('ruff')] } }) },
    );
    const selection = selectSite(root, { project: projectOf([], { member: undefined }), request: { groups: ['lint'] } });
    expect(selection.packages.map(({ version }) => version)).toEqual(['1.0']);
  });

  it('are refused when unknown', () => {
    expect(() => workspaceNames({ request: { packages: ['web'] } })).toThrow(
      expect.objectContaining({ code: 'PACKAGE_UNKNOWN', details: ['members: site, api, lib'] }),
    );
    const { packages, ...rest } = workspace;
    const project = projectOf(members);
    const stale = { ...rest, packages: packages.filter(({ name }) => name !== 'api') };
    expect(() => selectSite(stale, { project, request: { packages: ['api'] } })).toThrow(expect.objectContaining({ code: 'LOCK_STALE' }));
  });
});

describe('groups', () => {
  const withDefaults = (value: unknown) => {
    const settings = { 'dependency-groups': { dev: ['ruff'], docs: ['sphinx'] }, tool: { uv: { 'default-groups': value } } };
    return projectOf([member('site', '.', { pyproject: pyproject(settings) }), ...members.slice(1)]);
  };

  it.each([
    [['docs'], {}, ['flask', 'site', 'sphinx']],
    [['dev', 'docs'], {}, ['flask', 'site', 'sphinx']],
    ['all', {}, ['flask', 'site', 'sphinx']],
    ['all', { noGroups: ['docs'] }, ['flask', 'site']],
    ['all', { noDefaultGroups: true }, ['flask', 'site']],
    ['all', { noDefaultGroups: true, groups: ['Dev'] }, ['flask', 'ruff', 'site']],
    [['docs'], { groups: ['dev'], noGroups: ['dev', 'docs'] }, ['flask', 'site']],
    [undefined, { groups: ['dev', 'docs'] }, ['flask', 'ruff', 'site', 'sphinx']],
  ])('default %j with %j', (defaults, request, expected) => {
    expect(workspaceNames({ project: withDefaults(defaults), request })).toEqual(expected);
  });

  it('of the workspace root are taken by a member only when named', () => {
    expect(workspaceNames({ project: withDefaults('all'), request: { packages: ['lib'] } })).toEqual(['lib']);
    const selection = selectSite(workspace, { project: projectOf(members), request: { packages: ['lib'], groups: ['docs'] } });
    expect(names(selection)).toEqual(['lib', 'sphinx']);
    expect(selection.packages[1]?.why).toBe('site (group docs) → sphinx');
    expect(reasonFor(selection, 'flask')).toBe('needed by site, which is not installed');
  });

  it('that do not exist are refused, with the ones that do', () => {
    expect(() => workspaceNames({ request: { groups: ['lint'] } })).toThrow(
      expect.objectContaining({ code: 'GROUP_UNKNOWN', message: 'there is no dependency group lint', details: ['available: dev, docs'] }),
    );
    expect(() => workspaceNames({ project: withDefaults(['lint']) })).toThrow(expect.objectContaining({ code: 'GROUP_UNKNOWN' }));
    expect(() => workspaceNames({ request: { packages: ['lib'], groups: ['test'] } })).toThrow(
      expect.objectContaining({ code: 'GROUP_UNKNOWN' }),
    );
  });

  it('that are empty exist all the same', () => {
    const empty = projectOf([member('site', '.', { pyproject: pyproject({ 'dependency-groups': { Nothing_Yet: [] } }) })]);
    expect(workspaceNames({ project: empty, request: { groups: ['nothing-yet'] } })).toEqual(['flask', 'site']);
  });
});

describe('extras', () => {
  it('that do not exist are refused, with the ones that do', () => {
    const run = () => workspaceNames({ request: { packages: ['lib'], extras: ['slow'] } });
    expect(run).toThrow(expect.objectContaining({ code: 'EXTRA_UNKNOWN', message: 'lib has no extra slow', details: ['available: fast'] }));
    expect(() => workspaceNames({ request: { extras: ['constructor'] } })).toThrow(
      expect.objectContaining({ code: 'EXTRA_UNKNOWN', details: ['available: none'] }),
    );
  });

  it('that are empty exist all the same', () => {
    const metadata = { requiresDist: [], providesExtras: ['plain'], requiresDev: {} };
    const lock = lockOf([local('site', '.', { metadata })]);
    expect(names(selectSite(lock, { request: { extras: ['plain'] } }))).toEqual(['site']);
  });
});

function wire(name: string, marker?: string) {
  return { name, extras: [], source: {}, ...(marker === undefined ? {} : { marker }) };
}
