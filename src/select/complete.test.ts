import { describe, expect, it } from 'vitest';
import { dist, edges, local, lockOf, member, nothingAsked, projectOf, targetOf } from './fixture.ts';
import { select } from './index.ts';

const list = { label: 'requirements.txt', regenerate: 'uv pip compile', defaultGroups: [] };

/** Requirements that list `django` and `asgiref`, where django needs what is given. */
function run(requires: readonly string[], request = {}) {
  const packages = [
    local('site', '.', { source: { kind: 'virtual', directory: '.' }, dependencies: edges('django', 'asgiref') }),
    dist('django==5.0', { requires }),
    dist('asgiref==3.8'),
  ];
  const lock = lockOf(packages, { list, file: '/project/requirements.txt' });
  return () => select({ lock, project: projectOf([member('site', '.')]), target: targetOf(), request: { ...nothingAsked, ...request } });
}

describe('a list of packages', () => {
  it.each([
    [[]],
    [['Asgiref (>=3.7,<4)', 'tzdata ; sys_platform == "win32"', 'argon2 ; python_version < "3.9"']],
    [['this is no requirement ==', 'asgiref ; nonsense']],
  ])('is complete: %j', (requires) => {
    expect(run(requires)).not.toThrow();
  });

  it.each([
    [['sqlparse>=0.3.1'], 'django 5.0 needs sqlparse>=0.3.1, which is not listed'],
    [['asgiref>=3.9 ; sys_platform == "linux"'], 'django 5.0 needs asgiref>=3.9, and 3.8 is listed'],
  ])('lacks something: %j', (requires, detail) => {
    expect(run(requires)).toThrow(
      expect.objectContaining({
        code: 'REQUIREMENTS_INCOMPLETE',
        details: [detail, 'a list with hashes is taken as it is'],
        where: { file: '/project/requirements.txt' },
      }),
    );
  });

  it('is measured before anything is left out', () => {
    expect(run(['asgiref'], { noInstallPackages: ['asgiref'] })).not.toThrow();
  });

  it('names ten that are lacking at most', () => {
    const many = Array.from({ length: 12 }, (_, at) => `needed${at}`);
    expect(run(many)).toThrow(expect.objectContaining({ details: expect.arrayContaining(['and 2 more']) }));
  });
});

describe('the Python of a package', () => {
  it('must be that of the image where the lock says so', () => {
    const lock = lockOf([
      local('site', '.', { dependencies: edges('a', 'b') }),
      dist('a', { requiresPython: '<3.12' }),
      dist('b', { requiresPython: '>=3.8' }),
    ]);
    const input = { lock, project: projectOf([member('site', '.')]), request: nothingAsked };
    expect(() => select({ ...input, target: targetOf('3.13.5') })).toThrow(
      expect.objectContaining({ code: 'TARGET_UNSUPPORTED', message: expect.stringContaining('a 1.0 is for Python <3.12') }),
    );
    expect(() => select({ ...input, target: targetOf('3.11.2') })).not.toThrow();
  });
});

describe('extras and groups of a list', () => {
  const packages = [
    local('site', '.', {
      source: { kind: 'virtual', directory: '.' },
      dependencies: edges("a; extra == 'extra-4-site-web'", "b; extra == 'group-4-site-docs'", "c; extra != 'group-4-site-dev'"),
      optionalDependencies: { web: [] },
      groups: { docs: [], dev: [] },
    }),
    dist('a'),
    dist('b'),
    dist('c'),
  ];
  const conflicts = [[{ package: 'site', extra: 'web' }], [{ package: 'site', group: 'docs' }], [{ package: 'site', group: 'dev' }]];
  const lock = lockOf(packages, { list: { ...list, defaultGroups: ['docs', 'dev'] }, conflicts });
  it.each([
    [{}, 'b c'],
    [{ extras: ['web'] }, 'a b c'],
    [{ noGroups: ['docs'] }, 'c'],
    [{ groups: ['dev'] }, 'b'],
    [{ noDefaultGroups: true }, 'c'],
  ])('follow the request %j, and the defaults of the list but dev', (request, names) => {
    const { packages: chosen } = select({
      lock,
      project: projectOf([member('site', '.')]),
      target: targetOf(),
      request: { ...nothingAsked, ...request },
    });
    expect(chosen.map(({ name }) => name).join(' ')).toBe(names);
  });
});
