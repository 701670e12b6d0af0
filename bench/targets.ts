import { cellOf, middle, rowOf, speedup, titleOf } from './statistics.ts';
import type { BenchResult, ProjectResult, Row, RowName, Size, SizePair } from './types.ts';

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
  const judged = (row: RowName, bytecode: boolean, judge: (row: Row) => Target): Target[] => {
    const found = rowOf(rows, row, bytecode);
    return found === undefined ? [] : [judge(found)];
  };
  return [
    ...judged('cold', true, (row) => faster(row, 1.5)),
    ...judged('cold', false, (row) => faster(row, 4)),
    ...[true, false].flatMap((bytecode) => judged('source', bytecode, (row) => within(row, 0.5))),
    ...[true, false].flatMap((bytecode) => judged('nothing', bytecode, (row) => within(row, 0.18))),
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

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
