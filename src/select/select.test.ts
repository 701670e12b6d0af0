import { describe, expect, it } from 'vitest';
import { dist, edges, local, lockOf, names, reasonFor, selectSite, targetOf } from './fixture.ts';

const django = lockOf([
  dist('django==5.2.8', { dependencies: edges('asgiref', 'sqlparse', "tzdata; sys_platform == 'win32'") }),
  dist('asgiref==3.9.0'),
  dist('sqlparse==0.5.3'),
  dist('tzdata==2025.2'),
  dist('pytest==8.4.0', { dependencies: edges('pluggy') }),
  dist('pluggy==1.6.0'),
  local('site', '.', { dependencies: edges('django'), groups: { dev: edges('pytest') } }),
]);

describe('select', () => {
  it('follows edges from the project and gives the shortest path', () => {
    const selection = selectSite(django);
    expect(selection.roots).toEqual(['site']);
    expect(selection.packages.map(({ name, version, why }) => [name, version, why])).toEqual([
      ['asgiref', '3.9.0', 'site → django → asgiref'],
      ['django', '5.2.8', 'site → django'],
      ['site', '1.0', 'site'],
      ['sqlparse', '0.5.3', 'site → django → sqlparse'],
    ]);
  });

  it('names a reason for everything that is dropped', () => {
    const selection = selectSite(django);
    expect(selection.dropped).toEqual([
      { name: 'pluggy', version: '1.6.0', reason: 'needed by pytest, which is not installed' },
      { name: 'pytest', version: '8.4.0', reason: 'only in group dev of site' },
      { name: 'tzdata', version: '2025.2', reason: "marker is false: sys_platform == 'win32' (django)" },
    ]);
  });

  it('installs dev only when it is named', () => {
    expect(names(selectSite(django, { request: { groups: ['dev'] } }))).toContain('pluggy');
  });

  it('describes the artefacts', () => {
    const { packages } = selectSite(django);
    expect(packages.find(({ name }) => name === 'django')?.artifact).toEqual({
      kind: 'wheel',
      filename: 'django-5.2.8-py3-none-any.whl',
      sha256: `sha256:${'ab'.repeat(32)}`,
      size: 1000,
      location: { url: 'https://index.example/files/django-5.2.8-py3-none-any.whl' },
    });
    expect(packages.find(({ name }) => name === 'site')?.artifact).toEqual({ kind: 'local', path: '.' });
  });

  it('refuses a Python outside requires-python', () => {
    expect(() => selectSite(django, { target: targetOf('3.10.9') })).toThrow(
      expect.objectContaining({ code: 'TARGET_UNSUPPORTED', message: 'uv.lock is for Python >=3.11, and the image would have 3.10.9' }),
    );
  });

  it('leaves out what a filter names, but not its dependencies', () => {
    const selection = selectSite(django, { request: { noInstallPackages: ['Django'], noInstallProject: true } });
    expect(names(selection)).toEqual(['asgiref', 'sqlparse']);
    expect(reasonFor(selection, 'django')).toBe('left out by --no-install-package');
    expect(reasonFor(selection, 'site')).toBe('left out by --no-install-project');
  });
});
