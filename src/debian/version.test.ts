import { describe, expect, it } from 'vitest';
import { compareVersions, upstreamVersion } from './version.ts';

/** Ascending; the rules of deb-version(7) that each step shows. */
const ascending = [
  '0~~',
  '0~',
  '0',
  '1.0~beta1~svn1245',
  '1.0~beta1',
  '1.0',
  '1.0-1~deb12u1',
  '1.0-1',
  '1.0-1+b1',
  '1.0-1+deb12u1',
  '1.0-1+deb12u9',
  '1.0-1+deb12u14',
  '1.0+really0.9-1',
  '1.0.1-1',
  '1.09',
  '1.10',
  '1.a',
  '1.+',
  '1:0.1',
  '2:0',
];

describe('compareVersions', () => {
  it('orders every pair of an ascending list', () => {
    for (let i = 0; i < ascending.length; i++) {
      for (let j = 0; j < ascending.length; j++) {
        const [a, b] = [ascending[i] ?? '', ascending[j] ?? ''];
        expect([a, b, Math.sign(compareVersions(a, b))]).toEqual([a, b, Math.sign(i - j)]);
      }
    }
  });

  it('takes missing epochs, missing revisions and leading zeros as nothing', () => {
    expect(compareVersions('0:1.0', '1.0')).toBe(0);
    expect(compareVersions('1.0-0', '1.0')).toBe(0);
    expect(compareVersions('1.001-01', '1.1-1')).toBe(0);
  });
});

describe('upstreamVersion', () => {
  it('drops epoch and revision', () => {
    expect(upstreamVersion('3.13.5-2+deb13u5')).toBe('3.13.5');
    expect(upstreamVersion('1:1.3.dfsg+really1.3.1-1+deb13u1')).toBe('1.3.dfsg+really1.3.1');
  });
});
