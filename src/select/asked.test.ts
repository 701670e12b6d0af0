import { describe, expect, it } from 'vitest';
import type { Manifest } from '../lock/types.ts';
import { dist, edges, local, lockOf, member, names, projectOf, pyproject, reasonFor, selectSite, targetOf } from './fixture.ts';
import { checkPlatforms } from './index.ts';

type Options = NonNullable<Parameters<typeof selectSite>[1]>;

function manifest(parts: Partial<Manifest>): Manifest {
  return { ...lockOf([]).manifest, ...parts };
}

const libraries = ['flask', 'httpx', 'psycopg', 'pytest', 'redis', 'ruff', 'sphinx', 'uvloop'].map((name) => dist(name));

/** A root project with extras and groups, and two members. */
const workspace = lockOf(
  [
    ...libraries,
    local('api', 'api', { dependencies: edges('httpx', 'lib'), groups: { test: edges('pytest') } }),
    local('lib', 'lib', { optionalDependencies: { fast: edges('uvloop') } }),
    local('site', '.', {
      dependencies: edges('flask'),
      optionalDependencies: { cache: edges('redis'), db: edges('psycopg') },
      groups: { dev: edges('ruff'), docs: edges('sphinx'), loop: edges('site') },
    }),
  ],
  { manifest: manifest({ members: ['api', 'lib', 'site'] }) },
);
const members = [member('site', '.'), member('api', 'api'), member('lib', 'lib')];

function select(request: Options['request'], options: Options = {}) {
  return selectSite(workspace, { project: projectOf(members), ...options, ...(request === undefined ? {} : { request }) });
}

function withUv(uv: Readonly<Record<string, unknown>>): Options {
  const groups = { dev: ['ruff'], docs: ['sphinx'], loop: ['site'] };
  const [, ...others] = members;
  return { project: projectOf([member('site', '.', { pyproject: pyproject({ 'dependency-groups': groups, tool: { uv } }) }), ...others]) };
}

describe('extras', () => {
  it.each([
    [{ allExtras: true }, ['flask', 'psycopg', 'redis', 'site']],
    [{ allExtras: true, noExtras: ['DB'] }, ['flask', 'redis', 'site']],
    [{ extras: ['db', 'cache'], noExtras: ['cache'] }, ['flask', 'psycopg', 'site']],
    [{ packages: ['lib', 'api'], allExtras: true }, ['api', 'httpx', 'lib', 'uvloop']],
    // An extra of a package that is no root comes through edges alone.
    [{ packages: ['api'], allExtras: true }, ['api', 'httpx', 'lib']],
  ])('%j', (request, expected) => {
    expect(names(select(request))).toEqual(expected);
  });

  it('say what was left out by name, and refuse names that are not there', () => {
    expect(reasonFor(select({ allExtras: true, noExtras: ['db'] }), 'psycopg')).toBe('only in extra db of site, which is left out');
    expect(reasonFor(select({ noExtras: ['db'] }), 'psycopg')).toBe('only in extra db of site');
    expect(() => select({ noExtras: ['nosuch'] })).toThrow(expect.objectContaining({ code: 'EXTRA_UNKNOWN' }));
  });
});

describe('groups', () => {
  it.each([
    [{ allGroups: true }, ['flask', 'ruff', 'site', 'sphinx']],
    [{ allGroups: true, dev: false }, ['flask', 'site', 'sphinx']],
    [{ allGroups: true, noGroups: ['docs'] }, ['flask', 'ruff', 'site']],
    [{ dev: true }, ['flask', 'ruff', 'site']],
    [{ dev: false, groups: ['dev'] }, ['flask', 'site']],
    // A member gets the groups of the workspace root only if they are asked for, all of them too.
    [{ packages: ['lib'], allGroups: true, noGroups: ['loop'] }, ['lib', 'ruff', 'sphinx']],
    [{ packages: ['lib'], dev: true }, ['lib', 'ruff']],
    [{ packages: ['lib', 'api'], allGroups: true }, ['api', 'httpx', 'lib', 'pytest']],
    [{ packages: ['lib'], groups: ['test', 'docs'] }, 'GROUP_UNKNOWN'],
  ])('%j', (request, expected) => {
    if (typeof expected === 'string') expect(() => select(request)).toThrow(expect.objectContaining({ code: expected }));
    else expect(names(select(request))).toEqual(expected);
  });

  it('named dev may be missing where it is not named', () => {
    expect(names(select({ packages: ['api'], dev: true, noGroups: ['dev'] }))).toEqual(['api', 'httpx', 'lib']);
    const lock = lockOf([local('site', '.')]);
    expect(names(selectSite(lock, { request: { dev: true } }))).toEqual(['site']);
    expect(() => selectSite(lock, { request: { groups: ['dev'] } })).toThrow(expect.objectContaining({ code: 'GROUP_UNKNOWN' }));
  });

  it('to leave out must be there, and are named as such', () => {
    expect(() => select({ noGroups: ['dcos'] })).toThrow(expect.objectContaining({ code: 'GROUP_UNKNOWN' }));
    const selection = select({ noGroups: ['docs'] }, withUv({ 'default-groups': 'all' }));
    expect(reasonFor(selection, 'sphinx')).toBe('only in group docs of site, which is left out');
    expect(reasonFor(selection, 'ruff')).toBe('only in group dev of site, which is left out');
  });

  it('of the project at hand are the default ones of several packages', () => {
    const settings = withUv({ 'default-groups': ['docs'] });
    expect(names(select({ packages: ['api', 'lib'] }, settings))).toEqual(['api', 'httpx', 'lib']);
    expect(names(select({ packages: ['site', 'lib'] }, settings))).toEqual(['flask', 'lib', 'site', 'sphinx']);
    expect(() => select({}, withUv({ 'default-groups': ['nosuch'] }))).toThrow(expect.objectContaining({ code: 'GROUP_UNKNOWN' }));
  });
});

describe('groups alone', () => {
  it.each([
    [{ onlyGroups: ['docs'] }, ['sphinx']],
    [{ onlyGroups: ['docs'], allExtras: true }, ['sphinx']],
    [{ onlyGroups: ['docs'], dev: true }, ['ruff', 'sphinx']],
    // The project comes back if a group needs it.
    [{ onlyGroups: ['loop'] }, ['flask', 'site']],
    [{ packages: ['lib'], onlyGroups: ['docs'] }, ['sphinx']],
    [{ packages: ['api', 'lib'], onlyGroups: ['test'] }, ['pytest']],
  ])('%j', (request, expected) => {
    expect(names(select(request, withUv({ 'default-groups': 'all' })))).toEqual(expected);
  });

  it('lead to the project that defines them, without going round', () => {
    expect(select({ onlyGroups: ['loop'] }).packages.map(({ why }) => why)).toEqual([
      'site (group loop) → site → flask',
      'site (group loop) → site',
    ]);
  });

  it('explain what is missing', () => {
    const selection = select({ onlyGroups: ['docs'] });
    expect(reasonFor(selection, 'site')).toBe('only dependency groups were asked for');
    expect(reasonFor(selection, 'flask')).toBe('needed by site, which is not installed');
    expect(reasonFor(selection, 'ruff')).toBe('only in group dev of site');
    expect(reasonFor(selection, 'httpx')).toBe('needed by api, which is not installed');
  });
});

describe('all packages', () => {
  it('are the members of the lock, or the lone project that it does not list', () => {
    expect(names(select({ allPackages: true }))).toEqual(['api', 'flask', 'httpx', 'lib', 'site']);
    const lone = lockOf([dist('a'), local('site', '.', { dependencies: edges('a') })]);
    expect(names(selectSite(lone, { request: { allPackages: true, noInstallProject: true } }))).toEqual(['a']);
    // Without one project there is none to leave out.
    expect(names(select({ allPackages: true, noInstallProject: true }))).toContain('site');
  });
});

describe('a root without [project]', () => {
  const wire = (name: string, marker?: string) => ({ name, extras: [], source: {}, ...(marker === undefined ? {} : { marker }) });
  const root = lockOf([...libraries, local('api', 'api', { dependencies: edges('httpx') })], {
    manifest: manifest({
      members: ['api'],
      dependencyGroups: { dev: [wire('ruff')], docs: [wire('sphinx'), wire('uvloop', "sys_platform == 'win32'")], test: [wire('pytest')] },
    }),
  });
  const project = projectOf([member('api', 'api')], {
    member: undefined,
    rootPyproject: pyproject({ 'dependency-groups': { docs: [], test: [] }, tool: { uv: { 'default-groups': ['docs'] } } }),
  });

  it.each([
    [{}, ['api', 'httpx', 'sphinx']],
    [{ noDefaultGroups: true }, ['api', 'httpx']],
    [{ onlyGroups: ['test'] }, ['pytest']],
    [{ allPackages: true, allGroups: true }, ['api', 'httpx', 'pytest', 'ruff', 'sphinx']],
    // The defaults of the root are not those of a member.
    [{ packages: ['api'] }, ['api', 'httpx']],
    [{ packages: ['api'], groups: ['test'] }, ['api', 'httpx', 'pytest']],
  ])('%j', (request, expected) => {
    expect(names(selectSite(root, { project, request }))).toEqual(expected);
  });

  it('explains what is missing', () => {
    const selection = selectSite(root, { project, request: { noGroups: ['test'], allGroups: true } });
    expect(reasonFor(selection, 'pytest')).toBe('only in group test of the workspace, which is left out');
    expect(reasonFor(selection, 'uvloop')).toBe("marker is false: sys_platform == 'win32' (group docs of the workspace)");
    expect(reasonFor(selectSite(root, { project, request: { noDefaultGroups: true } }), 'sphinx')).toBe(
      'only in group docs of the workspace',
    );
  });

  it('may have groups alone, without any member', () => {
    const lock = lockOf([dist('ruff')], { manifest: manifest({ dependencyGroups: { lint: [wire('ruff')] } }) });
    const bare = projectOf([], { member: undefined, rootPyproject: pyproject({ 'dependency-groups': { lint: ['ruff'] } }) });
    expect(names(selectSite(lock, { project: bare }))).toEqual([]);
    expect(names(selectSite(lock, { project: bare, request: { groups: ['lint'] } }))).toEqual(['ruff']);
  });
});

describe('the Python of a group', () => {
  const settings = withUv({ 'dependency-groups': { docs: { 'requires-python': '>=3.12' } } });
  const python = (version: string, request: Options['request']) => () => select(request, { ...settings, target: targetOf(version) });

  it('must be that of the image if the group is wanted', () => {
    expect(python('3.12.1', { groups: ['docs'] })).not.toThrow();
    expect(python('3.11.9', {})).not.toThrow();
    expect(python('3.11.9', { groups: ['docs'] })).toThrow(
      expect.objectContaining({
        code: 'TARGET_UNSUPPORTED',
        message: 'group docs of site is for Python >=3.12, and the image would have 3.11.9',
      }),
    );
    expect(python('3.11.9', { allGroups: true, noGroups: ['docs'] })).not.toThrow();
  });
});

describe('supported environments', () => {
  const platforms = [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64' },
  ] as const;
  const check =
    (...supportedMarkers: readonly string[]) =>
    () =>
      checkPlatforms(lockOf([], { supportedMarkers }), platforms);

  it('refuse a platform for which no Python will do, before a base is chosen', () => {
    expect(check()).not.toThrow();
    expect(check("sys_platform == 'linux'")).not.toThrow();
    expect(check("platform_machine == 'x86_64'", "platform_machine == 'aarch64' and python_version == '3.12'")).not.toThrow();
    expect(check("platform_machine == 'x86_64'")).toThrow(
      expect.objectContaining({
        code: 'TARGET_UNSUPPORTED',
        message: 'uv.lock was not made for linux/arm64',
        details: ["supported: platform_machine == 'x86_64'"],
      }),
    );
    expect(check("sys_platform == 'linux' and python_version < '3.11'")).toThrow(expect.objectContaining({ code: 'TARGET_UNSUPPORTED' }));
  });
});

describe('required environments', () => {
  const wheels = [
    { filename: 'a-1.0-cp313-cp313-macosx_14_0_arm64.whl', url: 'https://index.example/a', hash: `sha256:${'ab'.repeat(32)}` },
  ];
  const lock = lockOf([dist('a', { wheels }), local('site', '.', { dependencies: edges('a') })]);

  it('explain a missing wheel, and refuse nothing by themselves', () => {
    const required = (marker: string) => () => selectSite({ ...lock, requiredMarkers: [marker] });
    expect(required("sys_platform == 'darwin'")).toThrow(
      expect.objectContaining({
        code: 'WHEEL_NONE_FITS',
        details: [
          'uv.lock offers: cp313-macosx_14_0_arm64',
          "linux/amd64 is not among the required-environments of uv.lock: sys_platform == 'darwin'",
        ],
        hint: expect.stringContaining("add \"sys_platform == 'linux' and platform_machine == 'x86_64'\" to tool.uv.required-environments"),
      }),
    );
    expect(required("sys_platform == 'linux'")).toThrow(expect.objectContaining({ details: ['uv.lock offers: cp313-macosx_14_0_arm64'] }));
    const fits = lockOf([dist('a'), local('site', '.', { dependencies: edges('a') })], { requiredMarkers: ["sys_platform == 'darwin'"] });
    expect(names(selectSite(fits))).toEqual(['a', 'site']);
  });
});
