import { describe, expect, it } from 'vitest';
import { between, median, report } from '../bench/report.ts';
import { targets } from '../bench/targets.ts';
import type { BenchResult, PartSizes, Scenario } from '../bench/types.ts';

const size = (unpacked: number, compressed: number) => ({ unpacked: unpacked * 1e6, compressed: compressed * 1e6 });
const peer: PartSizes = { base: size(100, 40), dependencies: size(200, 60), app: size(1, 1) };
const ours: PartSizes = { base: size(45, 17), dependencies: size(199, 60.5), app: size(1, 1) };
const scenario: Scenario = { name: 'nothing changed', samples: [3, 1, 2].map((wall) => ({ wall, cpu: wall / 2, peak: wall * 1e8 })) };

function result(sizes: PartSizes = ours): BenchResult {
  const project = { name: 'site', packages: 3, peer, ours: sizes, scenarios: [scenario] };
  return { date: '2026-01-02', node: '24.0.0', uv: '0.1', cpus: 2, load: 1, startup: scenario, projects: [project] };
}

function broken(sizes: PartSizes): string[] {
  return targets(result(sizes)).flatMap(({ name, kept }) => (kept ? [] : [name]));
}

describe('the promises of the benchmark', () => {
  it('are kept by these sizes', () => expect(broken(ours)).toEqual([]));

  it.each([
    [{ ...ours, base: size(45.1, 17) }, 'site: base has 45.10 % of the stand-in'],
    [{ ...ours, base: size(44, 21.1) }, 'site: base of 21.1 MB is at most 21 MB compressed'],
    [{ ...ours, dependencies: size(197, 60) }, 'site: dependencies differ by −1.50 % (unpacked)'],
    [{ ...ours, dependencies: size(200, 61) }, 'site: dependencies differ by +1.67 % (compressed)'],
  ])('are broken by %j', (sizes, name) => expect(broken(sizes)).toEqual([expect.stringContaining(name)]));
});

describe('the report', () => {
  it('has medians of times, the highest memory, and sums of sizes', () => {
    const text = report(result());
    expect(text).toContain('| nothing changed | 2.00 | 1.00 | 300 |');
    expect(text).toContain('| **together** | 301.00 | 245.00 | 101.00 | 78.50 |');
    expect(median([5, 1, 4])).toBe(4);
  });

  it('is put between the marks of the page, again and again', () => {
    const page = 'before\n<!-- bench:start -->\nold\n<!-- bench:end -->\nafter\n';
    const once = between(page, 'new');
    expect(once).toBe('before\n<!-- bench:start -->\nnew\n<!-- bench:end -->\nafter\n');
    expect(between(once, 'new')).toBe(once);
    expect(() => between('no marks', 'new')).toThrow('lacks');
  });
});
