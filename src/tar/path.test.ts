import { assert, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { compareTarPaths } from './path.ts';

const sign = (value: number) => Math.sign(value);

it('orders like the UTF-8 bytes', () => {
  const text = string({ unit: 'binary', maxLength: 6 });
  return assert(property(text, text, (a, b) => sign(compareTarPaths(a, b)) === sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))));
});

it('puts parents first and code points above U+FFFF last', () => {
  expect(['a/b', 'a', 'a-b', '😀', 'ﬁ', 'ä'].sort(compareTarPaths)).toEqual(['a', 'a-b', 'a/b', 'ä', 'ﬁ', '😀']);
});
