import { describe, expect, it } from 'vitest';
import { dist, edges, local, lockOf, member, nothingAsked, projectOf, targetOf, wheel } from './fixture.ts';
import { select } from './index.ts';

const packages = [
  local('site', '.', { source: { kind: 'virtual', directory: '.' }, dependencies: edges('a') }),
  dist('a', { wheels: [wheel('a-1.0-cp313-cp313-win_amd64.whl')] }),
];
const list = { label: 'requirements.txt', regenerate: 'uv pip compile requirements.in', defaultGroups: [] };
const run = (lock: ReturnType<typeof lockOf>) => () =>
  select({ lock, project: projectOf([member('site', '.')]), target: targetOf(), request: nothingAsked });

describe('errors of a list', () => {
  it('name its files and the command that writes them', () => {
    expect(run(lockOf(packages, { list }))).toThrow(
      expect.objectContaining({
        code: 'WHEEL_NONE_FITS',
        details: ['requirements.txt offers: cp313-win_amd64'],
        hint: expect.stringMatching(/, and write requirements\.txt anew: uv pip compile requirements\.in$/),
      }),
    );
    expect(run(lockOf(packages, { list, requiresPython: '<3.12' }))).toThrow('requirements.txt is for Python <3.12');
  });

  it('are those of uv.lock for uv.lock', () => {
    expect(run(lockOf(packages))).toThrow(expect.objectContaining({ details: ['uv.lock offers: cp313-win_amd64'] }));
  });
});
