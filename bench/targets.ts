import type { BenchResult, ProjectResult, Size } from './types.ts';

/** One promise about a size, and whether it was kept. */
export interface Target {
  readonly name: string;
  readonly kept: boolean;
}

/** What this project promises about sizes. Times are shown, not judged: they depend on the machine. */
export function targets({ projects }: Pick<BenchResult, 'projects'>): Target[] {
  return projects.flatMap((project) => [
    ...baseTargets(project),
    dependencyTarget(project, 'unpacked'),
    dependencyTarget(project, 'compressed'),
  ]);
}

function baseTargets({ name, ours, peer }: ProjectResult): Target[] {
  const { unpacked, compressed } = ours.base;
  const share = unpacked / peer.base.unpacked;
  return [
    { name: `${name}: base of ${mega(unpacked)} MB is at most 50 MB unpacked`, kept: unpacked <= 50e6 },
    { name: `${name}: base of ${mega(compressed)} MB is at most 21 MB compressed`, kept: compressed <= 21e6 },
    { name: `${name}: base has ${percent(share)} of the stand-in's bytes, at most 45 %`, kept: share <= 0.45 },
  ];
}

function dependencyTarget({ name, ours, peer }: ProjectResult, key: keyof Size): Target {
  const difference = ours.dependencies[key] / peer.dependencies[key] - 1;
  const sign = difference < 0 ? '−' : '+';
  return {
    name: `${name}: dependencies differ by ${sign}${percent(Math.abs(difference))} (${key}), at most 1 %`,
    kept: Math.abs(difference) <= 0.01,
  };
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
