import { describe, expect, it } from 'vitest';
import { cpuSeconds } from '../bench/docker.ts';
import { dockerfile } from '../bench/dockerfile.ts';
import { indexTable, lockThroughServer } from '../bench/files.ts';
import { writtenBytes } from '../bench/measured.ts';
import { service, site } from '../bench/projects.ts';
import { between, report } from '../bench/report.ts';
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

describe('the accounts of the kernel', () => {
  it('hold what children used that were waited for', () => {
    const fields = Array.from({ length: 40 }, (_, index) => (index >= 11 && index <= 14 ? '100' : '7'));
    expect(cpuSeconds(`12 (a ) b) ${fields.join(' ')}`)).toBe(4);
  });

  it('leave out what was deleted before it reached the disk', () => {
    expect(writtenBytes('rchar: 5\nwchar: 9\nread_bytes: 1\nwrite_bytes: 4096\ncancelled_write_bytes: 1024\n')).toBe(3072);
  });
});

describe('what both sides build from', () => {
  const lock = `source = { registry = "https://index.example/simple" }
sdist = { url = "https://files.example/a/b.tar.gz", hash = "sha256:00" }
wheels = [{ url = "https://files.example/a/b.whl" }]
`;

  it('is a lock whose files come from the loopback server', () => {
    const moved = lockThroughServer(lock, 'http://127.0.0.1:9');
    expect(moved.match(/http:\/\/127\.0\.0\.1:9\/https\/(?:index|files)\.example/g)).toHaveLength(3);
    expect(moved).not.toContain('https://');
    expect(indexTable(moved)).toBe('\n[[tool.uv.index]]\nurl = "http://127.0.0.1:9/https/index.example/simple"\ndefault = true\n');
    expect(indexTable('version = 1\n')).toBe('');
  });

  it('is a Dockerfile that compiles bytecode only where both sides do', () => {
    const text = (bytecode: boolean) => dockerfile({ registry: '127.0.0.1:5000', bytecode, command: ['gunicorn', 'config.wsgi'] });
    expect(text(true)).toContain('UV_COMPILE_BYTECODE=1 ');
    expect(text(false)).toContain('UV_COMPILE_BYTECODE=0 ');
    expect(text(true).split('\n').at(-2)).toBe('CMD ["gunicorn","config.wsgi"]');
  });

  it('has a version for every bump of nine runs', () => {
    for (const { bump } of [site, service]) expect(new Set(bump.versions).size).toBe(9);
  });
});
