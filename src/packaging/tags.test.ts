import { describe, expect, it } from 'vitest';
import { compatibleTags, rankTags, scoreWheel, type TagTarget } from './tags.ts';

const trixie: TagTarget = { pythonMinor: 13, libc: { kind: 'glibc', version: '2.41' }, machine: 'x86_64' };
const alpine: TagTarget = { pythonMinor: 13, libc: { kind: 'musl', version: '1.2' }, machine: 'aarch64' };

describe('compatible tags', () => {
  it('begin with the newest platform and end with linux', () => {
    const native = compatibleTags(trixie).filter((tag) => tag.startsWith('cp313-cp313-'));
    expect(native.slice(0, 2)).toEqual(['cp313-cp313-manylinux_2_41_x86_64', 'cp313-cp313-manylinux_2_40_x86_64']);
    expect(native.slice(-3)).toEqual(['cp313-cp313-manylinux_2_5_x86_64', 'cp313-cp313-manylinux1_x86_64', 'cp313-cp313-linux_x86_64']);
  });

  it('put the older names right after their versions', () => {
    const tags = compatibleTags(trixie);
    for (const [version, name] of [
      ['2_17', '2014'],
      ['2_12', '2010'],
      ['2_5', '1'],
    ]) {
      expect(tags.indexOf(`cp313-cp313-manylinux${name}_x86_64`)).toBe(tags.indexOf(`cp313-cp313-manylinux_${version}_x86_64`) + 1);
    }
  });

  it('are complete and in order on musl', () => {
    const prefixes = [...new Set(compatibleTags({ ...alpine, pythonMinor: 11 }).map((tag) => tag.split('-').slice(0, 2).join('-')))];
    const older = [10, 9, 8, 7, 6, 5, 4, 3, 2];
    expect(prefixes).toEqual([
      ...['cp311-cp311', 'cp311-abi3', 'cp311-none', ...older.map((n) => `cp3${n}-abi3`)],
      ...['py311-none', 'py3-none', ...[...older, 1, 0].map((n) => `py3${n}-none`)],
    ]);
    expect(compatibleTags(alpine).slice(0, 4)).toEqual(
      ['2', '1', '0'].map((n) => `cp313-cp313-musllinux_1_${n}_aarch64`).concat('cp313-cp313-linux_aarch64'),
    );
    expect(compatibleTags(alpine).slice(-17, -13)).toEqual(['py30-none-linux_aarch64', 'cp313-none-any', 'py313-none-any', 'py3-none-any']);
  });

  it('never mix the libcs, and stop at 2.17 on aarch64', () => {
    expect(compatibleTags(alpine).some((tag) => tag.includes('manylinux'))).toBe(false);
    const arm = compatibleTags({ ...trixie, machine: 'aarch64' });
    expect(arm.some((tag) => tag.includes('musllinux') || tag.includes('manylinux_2_16') || tag.includes('manylinux2010'))).toBe(false);
    expect(arm).toContain('cp313-cp313-manylinux2014_aarch64');
  });

  it('offer only linux for a libc that is too old or unknown', () => {
    const platforms = (version: string) =>
      compatibleTags({ ...trixie, libc: { kind: 'glibc', version } }).filter((tag) => tag.startsWith('cp313-cp313-'));
    expect(platforms('2.4')).toEqual(['cp313-cp313-linux_x86_64']);
    expect(platforms('')).toEqual(['cp313-cp313-linux_x86_64']);
  });
});

describe('scoring', () => {
  const ranks = rankTags(compatibleTags(trixie));
  const score = (...tags: readonly string[]) => scoreWheel(tags, ranks);

  it('takes the best of several tags', () => {
    const best = score('cp313-cp313-manylinux_2_28_x86_64');
    expect(score('cp313-cp313-manylinux_2_17_x86_64', 'cp313-cp313-manylinux_2_28_x86_64', 'cp313-cp313-win_amd64')).toBe(best);
  });

  it('prefers this Python, then abi3, then pure wheels', () => {
    const scores = [
      'cp313-cp313-manylinux1_x86_64',
      'cp313-abi3-manylinux_2_41_x86_64',
      'cp39-abi3-manylinux_2_41_x86_64',
      'py3-none-manylinux1_x86_64',
      'py3-none-any',
    ];
    const found = scores.map((tag) => score(tag) ?? -1);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found[0]).toBeGreaterThan(0);
  });

  it('knows what does not fit', () => {
    expect(
      score('cp312-cp312-manylinux_2_17_x86_64', 'cp313-cp313t-manylinux_2_17_x86_64', 'cp314-abi3-manylinux_2_17_x86_64', 'py2-none-any'),
    ).toBeUndefined();
  });
});
