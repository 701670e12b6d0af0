import { expect, it } from 'vitest';
import { asDiffId, digestOf } from '../digest.ts';
import type { LayerLine } from '../inspect/index.ts';
import { layerTable } from './layer-table.ts';

const line: LayerLine = {
  digest: digestOf('blob'),
  diffId: asDiffId(digestOf('tar')),
  mediaType: 'x',
  size: 1000,
  tarSize: 2000,
  recipe: digestOf('recipe'),
  comment: 'dependencies: numpy 2.3',
  making: { way: 'unknown', why: 'made by an earlier version' },
};

const spliced = (part: number, whole: number): LayerLine => {
  const counts = { spliced: { files: 61, bytes: part }, compressed: { files: 863, bytes: whole - part } };
  return { ...line, making: { way: 'spliced', why: '', ...counts } };
};

it('says below each layer how it was made', () => {
  const none = { files: 0, bytes: 0 };
  const recompressed: LayerLine = {
    ...line,
    making: { way: 'recompressed', why: 'files of the project', spliced: none, compressed: none },
  };
  const base: LayerLine = { ...line, recipe: undefined, making: { way: 'base', why: 'from the base image' } };
  const text = layerTable([base, line, spliced(45_220_000, 53_200_000), recompressed]);
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(9);
  expect(lines[1]).toMatch(/ of the base +dependencies: numpy 2\.3$/);
  expect(lines.filter((_, index) => index > 0 && index % 2 === 0)).toEqual([
    '  from the base image',
    '  unknown: made by an earlier version',
    '  spliced: 85 % of 53.2 MB as it lies in the wheels (61 of 924 files, those of 16 KiB and more compressed)',
    '  recompressed: files of the project',
  ]);
});

it.each([
  [1, 1000, '1 %'],
  [999, 1000, '99 %'],
  [1000, 1000, '100 %'],
])('rounds %i of %i to %s', (part, whole, expected) => {
  expect(layerTable([spliced(part, whole)])).toContain(`spliced: ${expected} of`);
});
