import { describe, expect, it } from 'vitest';
import type { BuildSettings } from '../selection-request.ts';
import { buildRules } from './builds.ts';
import { dist, edges, local, lockOf, member, nothingAsked, projectOf, selectSite, wheel } from './fixture.ts';

function settings(parts: Partial<BuildSettings>): BuildSettings {
  return { ...nothingAsked.builds, ...parts };
}

describe('build rules', () => {
  // The table of uv's own implementation: what one setting says of single packages is an exception from what the other says of all.
  it.each<[Partial<BuildSettings>, string | undefined, string | undefined]>([
    [{}, undefined, undefined],
    [{ noBinary: true }, 'no-binary', undefined],
    [{ noBuild: true }, undefined, 'no-build'],
    [{ noBinary: true, noBuild: true }, 'no-binary', 'no-build'],
    [{ noBinaryPackages: ['A'] }, 'no-binary-package', undefined],
    [{ noBuildPackages: ['A'] }, undefined, 'no-build-package'],
    [{ noBinaryPackages: ['a'], noBuildPackages: ['a'] }, 'no-binary-package', 'no-build-package'],
    [{ noBuild: true, noBinaryPackages: ['a'] }, 'no-binary-package', undefined],
    [{ noBuild: true, noBinaryPackages: ['b'] }, undefined, 'no-build'],
    [{ noBinary: true, noBuildPackages: ['a'] }, undefined, 'no-build-package'],
    [{ noBinary: true, noBuildPackages: ['b'] }, 'no-binary', undefined],
    [{ noBinary: false, noBinaryPackages: ['a'] }, undefined, undefined],
    [{ noBuild: false, noBuildPackages: ['a'] }, undefined, undefined],
    [{ noBinary: true, noBinaryPackages: ['a'], noBuildPackages: ['a'] }, undefined, 'no-build-package'],
  ])('of %j', (parts, noBinary, noBuild) => {
    const rules = buildRules(settings(parts));
    expect([rules.noBinary('a'), rules.noBuild('a')]).toEqual([noBinary, noBuild]);
  });
});

describe('a selection under build rules', () => {
  const sdist = { filename: 'a-1.0.tar.gz', url: 'https://index.example/a-1.0.tar.gz', hash: `sha256:${'00'.repeat(32)}` };

  function run(a: Parameters<typeof dist>[1], builds: Partial<BuildSettings>) {
    const lock = lockOf([dist('a', a), local('site', '.', { source: { kind: 'virtual', directory: '.' }, dependencies: edges('a') })]);
    return () => selectSite(lock, { request: { builds: settings(builds) } });
  }

  const both = { sdist };
  const sourceOnly = { sdist, wheels: [] };
  const wrongWheel = { sdist, wheels: [wheel('a-1.0-cp313-cp313-win_amd64.whl')] };

  it.each([
    ['a wheel only', {}, { noBinary: true }, 'WHEEL_FORBIDDEN', 'a 1.0 has wheels only, and no-binary forbids them'],
    [
      'a source only',
      sourceOnly,
      { noBuild: true },
      'BUILD_FORBIDDEN',
      'a 1.0 has to be built from source, and no-build forbids building it',
    ],
    [
      'both',
      both,
      { noBinary: true, noBuild: true },
      'BUILD_FORBIDDEN',
      'a 1.0 must not be a wheel (no-binary), and no-build forbids building it',
    ],
    ['a wheel that does not fit', wrongWheel, { noBuildPackages: ['a'] }, 'WHEEL_NONE_FITS', 'no wheel of a 1.0 fits'],
    [
      'a wheel by URL',
      { source: { kind: 'url', url: 'https://files.example/a-1.0-py3-none-any.whl' } as const },
      { noBinaryPackages: ['a'] },
      'WHEEL_FORBIDDEN',
      'no-binary-package forbids them',
    ],
    [
      'git',
      { source: { kind: 'git', git: 'https://git.example/a#0123' } as const, wheels: [] },
      { noBuild: true },
      'BUILD_FORBIDDEN',
      'has to be built',
    ],
  ])('refuses %s', (_, parts, builds, code, message) => {
    expect(run(parts, builds)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });

  it('says that a source distribution could have helped', () => {
    expect(run(wrongWheel, { noBuild: true })).toThrow(
      expect.objectContaining({
        details: ['uv.lock offers: cp313-win_amd64', 'there is a source distribution too, and no-build forbids building it'],
      }),
    );
  });

  it('takes wheels whatever may not be built, and names the way out where nothing is left', () => {
    expect(run(both, { noBuild: true })().packages.map(({ name }) => name)).toEqual(['a']);
    expect(run(sourceOnly, { noBuild: true })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('no-binary-package = ["a"]') }),
    );
    expect(run(sourceOnly, { noBuildPackages: ['a'] })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('take a out of no-build-package') }),
    );
  });

  it('holds for workspace members too, as in uv, and not for what is never installed', () => {
    const lock = lockOf([
      local('site', '.', { dependencies: edges('docs') }),
      local('docs', 'docs', { source: { kind: 'virtual', directory: 'docs' } }),
    ]);
    const project = projectOf([member('site', '.'), member('docs', 'docs')]);
    const only = (builds: Partial<BuildSettings>) => () => selectSite(lock, { project, request: { builds: settings(builds) } });
    expect(only({ noBuild: true })).toThrow(expect.objectContaining({ code: 'BUILD_FORBIDDEN' }));
    expect(only({ noBuild: true, noBinaryPackages: ['site'] })().packages.map(({ name }) => name)).toEqual(['site']);
  });
});
