import { describe, expect, it } from 'vitest';
import { asDiffId, asDigest, digestOf, hexOf } from './digest.ts';

const empty = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('digest', () => {
  it('hashes bytes and text alike', () => {
    expect(digestOf('')).toBe(empty);
    expect(digestOf(new Uint8Array())).toBe(empty);
    expect(hexOf(digestOf(''))).toBe(empty.slice(7));
  });

  it.each(['', 'sha256:', `SHA256:${empty.slice(7)}`, empty.slice(0, -1), `${empty}0`, empty.replace('e3', 'E3'), `md5:${empty.slice(7)}`])(
    'refuses %j',
    (text) => {
      expect(() => asDigest(text)).toThrow(TypeError);
      expect(() => asDiffId(text)).toThrow(TypeError);
    },
  );
});
