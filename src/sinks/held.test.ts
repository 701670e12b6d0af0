import { describe, expect, it } from 'vitest';
import { type Blobs, memoryBlobs, sampleLayer, samplePlan } from '../../test/sampleImage.ts';
import type { EngineImage } from '../daemons/index.ts';
import { digestOf } from '../digest.ts';
import { assembleImage, type Layer } from '../image/index.ts';
import { heldLayers } from './held.ts';

const blobs: Blobs = new Map();
const [a, b, c] = (await Promise.all(['a', 'b', 'c'].map((name) => sampleLayer(blobs, [{ name }])))) as [Layer, Layer, Layer];
const imageOf = (layers: readonly Layer[], annotations: Record<string, string> = {}) =>
  assembleImage({ plan: { ...samplePlan, annotations }, layers, blobs: memoryBlobs(blobs) });
const had = (layers: readonly Layer[], complete?: string[]): EngineImage => ({
  id: digestOf(String(layers.length)),
  diffIds: layers.map((layer) => layer.diffId),
  complete,
});
const digests = (...layers: Layer[]) => new Set(layers.map((layer) => layer.digest));
const none = new Map<string, readonly string[]>();

describe('heldLayers of unpacked layers', () => {
  const held = (layers: readonly Layer[], found: readonly EngineImage[]) =>
    heldLayers({ image: { ...imageOf(layers), layers }, store: 'layers', found, known: none });

  it.each([
    ['nothing', [], []],
    ['the longest common beginning', [had([a]), had([a, b]), had([c])], [a, b]],
    ['no layer above another one', [had([c, b])], []],
    ['all of the same image', [had([a, b, c])], [a, b, c]],
    ['all of an image that has more', [had([a, b, c, a])], [a, b, c]],
  ])('are %s', (_name, found, expected) => {
    expect(held([a, b, c], found as EngineImage[])).toEqual(digests(...(expected as Layer[])));
  });

  it('are not those whose bytes are needed again above', () => {
    expect(held([a, b, a, c], [had([a, b])])).toEqual(digests(b));
  });
});

describe('heldLayers of blobs', () => {
  const base = digestOf('manifest of the base');
  const image = imageOf([a, b, c], { 'org.opencontainers.image.base.digest': base });
  const held = (found: readonly EngineImage[], known = none) => heldLayers({ image, store: 'manifests', found, known });

  it('are those of whole manifests that are known, wherever they lie', () => {
    const known = new Map([
      ['m1', [a.digest]],
      ['m2', [c.digest, digestOf('other')]],
      ['m3', [b.digest]],
    ]);
    expect(held([had([], ['m1']), had([], ['m2']), had([], [])], known)).toEqual(digests(a, c));
  });

  it('are the layers of the base, if its manifest is ours', () => {
    expect(held([had([a, b], [base])])).toEqual(digests(a, b));
    expect(held([had([a, b], [digestOf('another manifest with the same layers')])])).toEqual(new Set());
    expect(held([had([a, c], [base])])).toEqual(new Set());
  });

  it('are none if the engine does not say what is whole', () => {
    expect(held([had([a, b, c])], new Map([[had([a, b, c]).id, [a.digest]]]))).toEqual(new Set());
  });
});
