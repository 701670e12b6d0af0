import { describe, expect, it } from 'vitest';
import { asRoots, parseRoots, rootsText } from './layer-roots.ts';

describe('rootsText', () => {
  it('is read back, whatever the names are', () => {
    for (const roots of [[], ['django', '/bin/django-admin'], ['größe und länge', '100%', 'a b', '😀']]) {
      expect(parseRoots(rootsText(roots))).toEqual(roots);
      expect(rootsText(roots)).toMatch(/^[!-~ ]*$/);
    }
  });

  it('keeps plain names as they are', () => {
    expect(rootsText(['a/b.py', '/bin/c'])).toBe('a/b.py /bin/c');
  });
});

describe('parseRoots', () => {
  it('gives nothing for what is not ours', () => {
    for (const text of [undefined, ' ', 'a  b', 'a/../b', '..', '%zz', 'a/', 'a//b']) expect(parseRoots(text)).toBeUndefined();
    for (const value of [undefined, 'a', [1], ['']]) expect(asRoots(value)).toBeUndefined();
  });
});
