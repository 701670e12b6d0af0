import { describe, expect, it } from 'vitest';
import { chart } from '../bench/chart.ts';
import { merged } from '../bench/merge.ts';
import { areaOf, linesOf, summed } from '../bench/profile.ts';
import { between, profileTable, report } from '../bench/report.ts';
import { median, speedup } from '../bench/statistics.ts';
import { targets } from '../bench/targets.ts';
import type { BenchResult, Cell, PartSizes, Row, RowName, SideName } from '../bench/types.ts';

const size = (unpacked: number, compressed: number) => ({ unpacked: unpacked * 1e6, compressed: compressed * 1e6 });
const peer: PartSizes = { base: size(100, 40), dependencies: size(200, 60), app: size(1, 1) };
const ours: PartSizes = { base: size(45, 17), dependencies: size(199, 60.5), app: size(1, 1) };

const cell = (side: SideName, seconds: readonly number[]): Cell => ({
  side,
  samples: seconds.map((wall) => ({ wall, cpu: wall / 2, written: wall * 1e6, load: 1, ...(side === 'peer' ? {} : { peak: wall * 1e8 }) })),
});
const rowOf = (row: RowName, bytecode: boolean, [slow, fast]: readonly [number, number]): Row => ({
  row,
  bytecode,
  cells: [cell('peer', [slow, slow * 9, slow / 9]), cell('bundle', [fast, fast / 3, fast * 1.5])],
});
const rows: readonly Row[] = [
  rowOf('cold', false, [8, 2]),
  rowOf('cold', true, [3, 2]),
  rowOf('source', true, [9, 0.5]),
  rowOf('nothing', true, [1, 0.18]),
];

interface Changes {
  readonly sizes?: PartSizes;
  readonly rows?: readonly Row[];
}

function result({ sizes = ours, rows: taken = rows }: Changes = {}): BenchResult {
  const project = { name: 'site', packages: 3, bumped: ['pillow 12'], sizes: [{ bytecode: false, peer, ours: sizes }], rows: taken };
  return {
    date: '2026-01-02',
    versions: { node: '24.0.0', uv: '0.1', docker: '28', buildx: '0.29', kernel: '6' },
    cpus: 2,
    projects: [project],
    startup: [{ bytecode: true, seconds: [0.3, 0.1, 0.2] }],
    help: [cell('bundle', [0.05])],
  };
}

/** A row in which both sides pushed; `sent` and `received` are kB of ours. */
function pushed(row: Row, [sent, received]: readonly [number, number] = [1, 1]): Row {
  const traffic = { sent: sent * 1e3, received: received * 1e3 };
  return { ...row, push: true, cells: row.cells.map((each) => (each.side === 'bundle' ? { ...each, traffic } : each)) };
}

function missed(changes: Changes): string[] {
  return targets(result(changes)).flatMap(({ name, kept }) => (kept ? [] : [name]));
}

describe('the promises of the benchmark', () => {
  it('are kept by these figures', () => expect(missed({})).toEqual([]));

  it.each([
    [{ ...ours, base: size(45.1, 17) }, 'site, no bytecode: base has 45.10 % of the stand-in'],
    [{ ...ours, base: size(44, 21.1) }, 'site, no bytecode: base compressed: 21.1 MB, at most 21 MB'],
    [{ ...ours, dependencies: size(197, 60) }, 'site, no bytecode: dependencies unpacked: −1.50 %'],
    [{ ...ours, dependencies: size(200, 61) }, 'site, no bytecode: dependencies compressed: +1.67 %'],
  ])('are missed by the sizes %j', (sizes, name) => expect(missed({ sizes })).toEqual([expect.stringContaining(name)]));

  it.each([
    [rowOf('cold', false, [7.9, 2]), 'cold, no bytecode: 4.0 times as fast, at least 4 times'],
    [rowOf('cold', true, [2.9, 2]), 'cold, bytecode: 1.4 times as fast, at least 1.5 times'],
    [rowOf('source', true, [9, 0.51]), 'one source file changed, bytecode: 0.51 s, at most 0.5 s'],
    [rowOf('nothing', false, [9, 0.19]), 'nothing changed, no bytecode: 0.19 s, at most 0.18 s'],
    [rowOf('bump', true, [90, 3.4]), 'peak memory of 510.0 MB is below 500 MB'],
    [pushed(rowOf('source', true, [9, 0.5]), [20.6, 0]), 'one source file changed, bytecode, push: 21 kB sent, at most 20 kB'],
    [pushed(rowOf('nothing', true, [9, 0.19])), 'nothing changed, bytecode, push: 0.19 s, at most 0.18 s'],
    [pushed(rowOf('bump', true, [1.9, 2])), 'one package bumped, bytecode, push: 0.9 times as fast'],
    [pushed(rowOf('known', true, [9, 2.1])), 'new machine, known image, bytecode, push: 2.10 s, at most 2 s'],
    [pushed(rowOf('known', true, [9, 2]), [0, 1100]), 'new machine, known image, bytecode, push: 1100 kB received, at most 1000 kB'],
  ])('are missed by the times of %j', (row, name) => expect(missed({ rows: [row] })).toEqual([expect.stringContaining(name)]));
});

describe('the report', () => {
  it('has medians of times and written bytes, the highest memory, and sums of sizes', () => {
    const text = report(result());
    expect(text).toContain('| cold, no bytecode | 8.00 | 2.00 | 4.0 |');
    expect(text).toContain('| cold, no bytecode | 4.00 | 1.00 | 8.0 | 2.0 | 300 |');
    expect(text).toContain('| **together** | 301.00 | 245.00 | 101.00 | 78.50 |');
    expect(text).toContain('| with bytecode | 0.20 | 0.10 to 0.30 | 3 |');
    expect(median([5, 1, 4])).toBe(4);
  });

  it('compares with the peer of the same row', () => expect(speedup(rowOf('bump', true, [6, 1.5]), 'bundle')).toBe(4));

  it('is put between the marks of the page, again and again', () => {
    const page = 'before\n<!-- bench:start -->\nold\n<!-- bench:end -->\nafter\n';
    const once = between(page, 'new');
    expect(once).toBe('before\n<!-- bench:start -->\nnew\n<!-- bench:end -->\nafter\n');
    expect(between(once, 'new')).toBe(once);
    expect(() => between('no marks', 'new')).toThrow('lacks');
  });
});

describe('what was measured later on the same day', () => {
  const again = rowOf('cold', false, [9, 1]);
  const later = result({ rows: [again, pushed(again)] });

  it('takes the place of the same rows and leaves the others', () => {
    const [project] = merged(result(), later).projects;
    expect(project?.rows).toEqual([...rows.slice(1), again, pushed(again)]);
    expect(project?.sizes).toHaveLength(1);
  });

  it('is alone where there is nothing of that day', () => {
    expect(merged(undefined, later)).toBe(later);
    expect(merged({ ...result(), date: '2026-01-01' }, later)).toBe(later);
  });

  it('is shown with the bytes that went to the registry', () => {
    expect(report(later)).toContain('| cold, no bytecode, push |  |  | 1.0 | 1.0 |');
    expect(report(result())).not.toContain('Bytes to and from the registry');
  });
});

describe('a profile', () => {
  const node = (id: number, functionName: string, url: string) => ({ id, callFrame: { functionName, url } });
  const modules = new Map([['wasm://wasm/00', 'src/inflate/inflate.wasm']]);
  const nodes = [node(1, '(idle)', ''), node(2, 'walk', 'file:///x/src/inflate/walk.ts'), node(3, '', 'file:///x/src/inflate/read.ts')];
  const lines = linesOf({ nodes, samples: [1, 2, 3, 2], timeDeltas: [9e6, 1e6, 2e6, 4e6] }, { thread: 'produce', modules });

  it('has the seconds of each function and area, without waiting', () => {
    expect(summed(lines, ({ name }) => name).map(({ name, seconds }) => [name, seconds])).toEqual([
      ['walk', 5],
      ['(anonymous)', 2],
    ]);
    const areas = summed(lines, ({ area }) => area);
    expect(areas).toMatchObject([{ thread: 'produce', area: 'src/inflate', seconds: 7 }]);
    expect(profileTable({ areas, functions: [] })).toContain('| produce | src/inflate | 7.00 | 100 % |');
  });

  it.each([
    ['wasm-function[3]', 'wasm://wasm/00ad0bc6', 'WebAssembly'],
    ['parse', 'file:///x/node_modules/@scope/name/index.js', '@scope/name'],
    ['callback', 'node:internal/timers', 'node:internal'],
    ['update', '', 'native code'],
    ['(garbage collector)', '', '(garbage collector)'],
  ])('counts %s of %j as %s', (functionName, url, area) => expect(areaOf({ functionName, url })).toBe(area));
});

describe('the chart', () => {
  const svg = chart(result());

  it('has a bar for each side of each row, as long as its seconds', () => {
    const lengths = [...svg.matchAll(/<rect class="(?:peer|ours)" x="250" y="\d+" width="([\d.]+)"/g)].map(([, length]) => Number(length));
    expect(lengths).toHaveLength(2 * rows.length);
    expect((lengths[0] as number) / (lengths[1] as number)).toBeCloseTo(4, 1);
    expect(svg).toContain('2.00 (4.0×)');
  });

  it('can be read on light and dark pages', () => expect(svg).toContain('@media (prefers-color-scheme: dark)'));
});
