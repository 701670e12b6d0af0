import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { bucketOf, planDependencies, type WheelPackage } from './dependencies.ts';
import type { LayerPlan } from './types.ts';

const options = { venv: '/app/.venv', pythonMinor: '3.13', sizes: {} };

function wheel(name: string, size: number | undefined, version = '1.0'): WheelPackage {
  return {
    name,
    version,
    source: { kind: 'registry', registry: 'https://index.example/simple' },
    artifact: {
      kind: 'wheel',
      filename: `${name}-${version}-py3-none-any.whl`,
      sha256: digestOf(`${name} ${version}`),
      size,
      location: { url: `https://index.example/${name}-${version}-py3-none-any.whl` },
    },
    why: 'test',
  };
}

const ids = (layers: readonly LayerPlan[]): string[] => layers.map((layer) => layer.id);
const small = (count: number): WheelPackage[] => Array.from({ length: count }, (_, index) => wheel(`small-${index}`, 1000));
const large = (count: number): WheelPackage[] => Array.from({ length: count }, (_, index) => wheel(`large-${index}`, 300_000 + index));

describe('planDependencies', () => {
  it('gives a wheel of 256 kB a layer of its own, and a smaller one its bucket', () => {
    const layers = planDependencies([wheel('big', 262_144), wheel('a', 262_143), wheel('b', 10)], options);
    expect(layers[0]?.contents).toEqual(['big 1.0']);
    expect(
      layers
        .slice(1)
        .flatMap((layer) => layer.contents)
        .sort(),
    ).toEqual(['a 1.0', 'b 1.0']);
  });

  it('takes sizes that the lock lacks from wherry.lock, and never guesses', () => {
    const item = wheel('unsized', undefined);
    const sized = planDependencies([item, wheel('a', 1)], { ...options, sizes: { [item.artifact.sha256]: 300_000 } });
    expect(sized[0]?.contents).toEqual(['unsized 1.0']);
    expect(sized[0]?.size).toBe(300_000);
    expect(() => planDependencies([item], options)).toThrow('size of unsized-1.0-py3-none-any.whl');
  });

  it('never has more than 16 buckets, and none that is empty', () => {
    const layers = planDependencies(small(200), options);
    expect(layers.length).toBe(16);
    expect(layers.every((layer) => layer.contents.length > 0)).toBe(true);
    expect(planDependencies(small(1), options).length).toBe(1);
  });

  it('moves the smallest stand-alone wheels into buckets above 60 layers', () => {
    const layers = planDependencies([...large(70), ...small(100)], options);
    expect(layers.length).toBeLessThanOrEqual(60);
    const alone = layers.filter((layer) => layer.contents.length === 1).flatMap((layer) => layer.contents);
    expect(alone).toContain('large-69 1.0');
    expect(alone).not.toContain('large-0 1.0');
  });

  it('changes exactly one layer when a package is bumped', () => {
    const before = [...small(40), ...large(5)];
    const after = before.map((item) => (item.name === 'small-7' ? wheel('small-7', 1000, '2.0') : item));
    const [old, fresh] = [ids(planDependencies(before, options)), ids(planDependencies(after, options))];
    expect(fresh.filter((id) => !old.includes(id)).length).toBe(1);
    expect(fresh.length).toBe(old.length);
  });

  it('changes at most one existing layer when a package is added', () => {
    const before = [...small(40), ...large(5)];
    const old = new Set(ids(planDependencies(before, options)));
    const fresh = ids(planDependencies([...before, wheel('another', 10)], options));
    expect(fresh.filter((id) => !old.has(id)).length).toBe(1);
  });

  it('does not depend on the order of packages', () => {
    const items = [...small(30), ...large(4)];
    const expected = ids(planDependencies(items, options));
    fc.assert(
      fc.property(fc.shuffledSubarray(items, { minLength: items.length }), (shuffled) => {
        expect(ids(planDependencies(shuffled, options))).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('notes where a direct archive came from, without a host path', () => {
    const url: WheelPackage = { ...wheel('a', 1), source: { kind: 'url', url: 'https://files.example/a.whl' } };
    const path: WheelPackage = { ...wheel('b', 1), source: { kind: 'path', path: '../../home/user/b-1.0-py3-none-any.whl' } };
    const text = JSON.stringify(planDependencies([url, path], options).map((layer) => layer.recipe));
    expect(text).toContain('https://files.example/a.whl');
    expect(text).not.toContain('home');
  });
});

describe('bucketOf', () => {
  it('is a function of the name alone, from 0 to 15', () => {
    expect(bucketOf('django')).toBe(bucketOf('django'));
    const buckets = new Set(small(200).map((item) => bucketOf(item.name)));
    expect([...buckets].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, index) => index));
  });
});
