import { cellOf, middle, rowOf, type Situation, speedup, titleOf } from './statistics.ts';
import type { BenchResult, ProjectResult, Row, Size, SizePair, Traffic } from './types.ts';

/** One promise, and whether it was kept. */
export interface Target {
  readonly name: string;
  readonly kept: boolean;
}

/** What this project promises, judged by the bundle against the Dockerfile on one base. What was not measured is not judged. */
export function targets({ projects }: Pick<BenchResult, 'projects'>): Target[] {
  return projects.flatMap((project) => [
    ...timeTargets(project),
    memoryTarget(project),
    ...project.sizes.flatMap((pair) => sizeTargets(project.name, pair)),
  ]);
}

/** Promised factor over the Dockerfile when one package is bumped and the image is pushed. */
const bumpFactors: Readonly<Record<string, number>> = { 'examples/django-site': 5, 'bench/projects/service': 20 };

function timeTargets({ name, rows }: ProjectResult): Target[] {
  const faster = (row: Row, factor: number): Target => ({
    name: `${name}: ${titleOf(row)}: ${speedup(row, 'bundle').toFixed(1)} times as fast, at least ${factor} times`,
    kept: speedup(row, 'bundle') >= factor,
  });
  const within = (row: Row, limit: number): Target => {
    const cell = cellOf(row, 'bundle');
    const taken = cell === undefined ? Number.NaN : middle(cell, 'wall');
    return { name: `${name}: ${titleOf(row)}: ${taken.toFixed(2)} s, at most ${limit} s`, kept: taken <= limit };
  };
  const moved = (row: Row, key: keyof Traffic, limit: number): Target => {
    const bytes = cellOf(row, 'bundle')?.traffic?.[key] ?? Number.NaN;
    return { name: `${name}: ${titleOf(row)}: ${kilo(bytes)} kB ${key}, at most ${kilo(limit)} kB`, kept: bytes <= limit };
  };
  const judged = (situation: Situation, judge: (row: Row) => Target[]): Target[] => {
    const found = rowOf(rows, situation);
    return found === undefined ? [] : judge(found);
  };
  const always = [false, true].flatMap((push) => [
    ...judged({ row: 'cold', bytecode: true, push }, (row) => [faster(row, 1.5)]),
    ...judged({ row: 'cold', bytecode: false, push }, (row) => [faster(row, 4)]),
    ...[true, false].flatMap((bytecode) => judged({ row: 'source', bytecode, push }, (row) => [within(row, 0.5)])),
    ...[true, false].flatMap((bytecode) => judged({ row: 'nothing', bytecode, push }, (row) => [within(row, 0.18)])),
  ]);
  return [
    ...always,
    ...judged({ row: 'source', bytecode: true, push: true }, (row) => [moved(row, 'sent', 20e3)]),
    ...judged({ row: 'bump', bytecode: true, push: true }, (row) => [faster(row, bumpFactors[name] ?? 1)]),
    ...judged({ row: 'known', bytecode: true, push: true }, (row) => [within(row, 2), moved(row, 'received', 1e6)]),
  ];
}

function memoryTarget({ name, rows }: ProjectResult): Target {
  const ours = rows.flatMap(({ cells }) => cells.filter(({ side }) => side !== 'peer'));
  const peak = Math.max(...ours.flatMap(({ samples }) => samples.map((sample) => sample.peak ?? 0)));
  return { name: `${name}: peak memory of ${mega(peak)} MB is below 500 MB`, kept: peak < 500e6 };
}

/** Unpacked, compressed, and the share of the stand-in, which has no bytecode. */
const baseLimits = { with: { unpacked: 60e6, compressed: 25e6 }, without: { unpacked: 50e6, compressed: 21e6, share: 0.45 } } as const;

function sizeTargets(name: string, { bytecode, ours, peer }: SizePair): Target[] {
  const title = `${name}, ${bytecode ? 'bytecode' : 'no bytecode'}`;
  const { unpacked, compressed } = baseLimits[bytecode ? 'with' : 'without'];
  const share = ours.base.unpacked / peer.base.unpacked;
  return [
    atMost(`${title}: base unpacked`, ours.base.unpacked, unpacked),
    atMost(`${title}: base compressed`, ours.base.compressed, compressed),
    ...(bytecode
      ? []
      : [{ name: `${title}: base has ${percent(share)} of the stand-in's bytes, at most 45 %`, kept: share <= baseLimits.without.share }]),
    alike(`${title}: dependencies unpacked`, { ours: ours.dependencies, peer: peer.dependencies }, 'unpacked'),
    alike(`${title}: dependencies compressed`, { ours: ours.dependencies, peer: peer.dependencies }, 'compressed'),
  ];
}

function atMost(title: string, bytes: number, limit: number): Target {
  return { name: `${title}: ${mega(bytes)} MB, at most ${limit / 1e6} MB`, kept: bytes <= limit };
}

/** Not more than 1 % apart; compressed bytes may also be fewer, because the Dockerfile's compressor is the weaker one. */
function alike(title: string, { ours, peer }: { readonly ours: Size; readonly peer: Size }, key: keyof Size): Target {
  const difference = ours[key] / peer[key] - 1;
  const shown = `${difference < 0 ? '−' : '+'}${percent(Math.abs(difference))}`;
  if (key === 'compressed') return { name: `${title}: ${shown}, at most 1 % more`, kept: difference <= 0.01 };
  return { name: `${title}: ${shown}, at most 1 % apart`, kept: Math.abs(difference) <= 0.01 };
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function kilo(bytes: number): string {
  return (bytes / 1e3).toFixed(0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
