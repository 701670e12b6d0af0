import { describe, expect, it, test } from 'vitest';
import { dist, local, lockOf } from '../../../src/select/fixture.ts';
import { compareAnswers } from './compare.ts';
import type { Answer, Choice } from './installer.ts';
import { judgedOf, unexplainedStale } from './judged.ts';

const hash = 'sha256:aa';
const wheel: Choice = { version: '1', file: 'a-1-py3-none-any.whl', hash };
const lock = lockOf([dist('a==1'), local('site', '.'), dist('root', { source: { kind: 'virtual', directory: '.' } })]);

function compare(theirs: Answer, ours: Answer, problems: Readonly<Record<string, string>> = {}): readonly string[] {
  const found = compareAnswers(theirs, { answer: ours, problems: new Map(Object.entries(problems)) }, lock);
  return found.map(({ kind, package: name }) => `${kind} ${name}`.trim());
}

function chosen(choices: Readonly<Record<string, Choice>>): Answer {
  return { choices: new Map(Object.entries(choices)) };
}

describe('answers', () => {
  it.each<[name: string, theirs: Choice | undefined, ours: Choice | undefined, problem: string | undefined, kinds: readonly string[]]>([
    ['the same', wheel, wheel, undefined, []],
    ['another file', wheel, { ...wheel, file: 'a-1-py2-none-any.whl' }, undefined, ['file a']],
    ['another hash', wheel, { ...wheel, hash: 'sha256:bb' }, undefined, ['file a']],
    ['another version', wheel, { ...wheel, version: '2' }, undefined, ['version a']],
    ['the same version, written shorter', wheel, { ...wheel, version: '1.0' }, undefined, []],
    ['missing here', wheel, undefined, undefined, ['presence a']],
    ['missing there', undefined, wheel, undefined, ['presence a']],
    ['refused here, a wheel there', wheel, {}, 'WHEEL_NONE_FITS', ['problem a']],
    ['refused here, a source archive there', { version: '1', file: 'a-1.tar.gz', hash }, {}, 'SDIST_UNSUPPORTED', []],
    ['refused here, a wheel without a hash there', { version: '1', file: wheel.file ?? '' }, {}, 'LOCK_UNHASHED', []],
    ['refused by both', {}, {}, 'WHEEL_NONE_FITS', []],
  ])('%s', (_name, theirs, ours, problem, kinds) => {
    const sides = [theirs, ours].map((choice) => chosen(choice === undefined ? {} : { a: choice }));
    expect(compare(sides[0] as Answer, sides[1] as Answer, problem === undefined ? {} : { a: problem })).toEqual(kinds);
  });

  it('leave out what is no distribution', () => {
    expect(compare(chosen({ site: {}, root: {} }), chosen({ site: {} }))).toEqual([]);
  });

  it('agree on refusals only for one reason', () => {
    const conflict = { refused: 'error: Extras `a` and `b` are incompatible with the declared conflicts: x' };
    expect(compare(conflict, { refused: 'SELECTION_CONFLICT: x' })).toEqual([]);
    expect(compare(conflict, { refused: 'EXTRA_UNKNOWN: x' })).toEqual(['refusal']);
    expect(compare(conflict, chosen({}))).toEqual(['refusal']);
  });
});

test('judgements of staleness are summed, and only one direction is ever allowed', () => {
  const judged = judgedOf('x', [
    { change: 'a', uv: 'stale', wherry: 'stale', told: '' },
    { change: 'b', uv: 'fresh', wherry: 'fresh', told: '' },
    { change: 'c', uv: 'fresh', wherry: 'stale', told: '' },
    { change: 'd', uv: 'stale', wherry: 'unverified', told: '' },
    { change: 'e', uv: 'stale', wherry: 'fresh', told: 'why\n  so' },
  ]);
  expect(judged).toEqual({ label: 'x', changes: 5, stale: 1, fresh: 1, unverified: 1, more: ['c'], wrong: ['e: why so'] });
  expect(unexplainedStale([judged], [{ change: 'z', reason: '' }])).toEqual({ missing: ['c'], unused: ['z'] });
});
