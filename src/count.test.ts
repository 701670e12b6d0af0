import { expect, it } from 'vitest';
import { counted } from './count.ts';

it.each([
  [0, '0 layers'],
  [1, '1 layer'],
  [2, '2 layers'],
])('%i is "%s"', (number, text) => {
  expect(counted(number, 'layer')).toBe(text);
});
