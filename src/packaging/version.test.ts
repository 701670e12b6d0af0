import { describe, expect, it } from 'vitest';
import { compareVersions, parseVersion } from './version.ts';

// In ascending order (PEP 440, "Summary of permitted suffixes and relative ordering").
const ordered = [
  '1.dev0',
  '1.0.dev456',
  '1.0a1',
  '1.0a2.dev456',
  '1.0a12.dev456',
  '1.0a12',
  '1.0b1.dev456',
  '1.0b2',
  '1.0b2.post345.dev456',
  '1.0b2.post345',
  '1.0rc1.dev456',
  '1.0rc1',
  '1.0',
  '1.0+abc.5',
  '1.0+abc.7',
  '1.0+5',
  '1.0+5.1',
  '1.0.post456.dev34',
  '1.0.post456',
  '1.0.15',
  '1.1.dev1',
  '9007199254740993',
  '9007199254740994',
  '1!0.1',
];

describe('versions', () => {
  it('are ordered as in PEP 440', () => {
    const versions = ordered.map(parseVersion);
    for (const [i, a] of versions.entries()) {
      for (const [j, b] of versions.entries()) expect(Math.sign(compareVersions(a, b)), `${a.text} ${b.text}`).toBe(Math.sign(i - j));
    }
  });

  it.each([
    ['v1.0', '1.0'],
    [' 1.0 ', '1.0'],
    ['1.0-1', '1.0.post1'],
    ['1.0rev2', '1.0.post2'],
    ['1.0-ALPHA_3', '1.0a3'],
    ['1.0c', '1.0rc0'],
    ['1.0.preview4', '1.0rc4'],
    ['0!01.002', '1.2'],
    ['1.0+Ubuntu-1_2', '1.0+ubuntu.1.2'],
    ['1.0.post.dev', '1.0.post0.dev0'],
  ])('%j is written %s', (text, normal) => {
    expect(parseVersion(text).text).toBe(normal);
  });

  it.each(['', 'one', '1.', '1..0', '1.0+', '1.0+a..b', '1 0', '1.0.dev1.post1', '1.0a1a2', '١.0'])('%j is refused', (text) => {
    expect(() => parseVersion(text)).toThrow(expect.objectContaining({ code: 'VERSION_INVALID' }));
  });

  it('takes trailing zeros for nothing', () => {
    expect(compareVersions(parseVersion('1.0.0'), parseVersion('1'))).toBe(0);
  });
});
