import type { LockedPackage } from '../lock/types.ts';
import { scoreWheel, wheelTags } from '../packaging/index.ts';
import { machineOf, platformName } from '../platform.ts';
import { type Fit, ranksOf } from './fit.ts';
import { packageLabel } from './graph.ts';
import type { Problem } from './problem.ts';

/** The newest glibc that a base may reasonably have; hints look no further. */
const newestGlibc = 41;
const pythonMinors = [13, 12, 14, 11];

/** `WHEEL_NONE_FITS` in the form of DESIGN §8: target, what the lock offers, and the nearest change that would fit. */
export function describeUnfit(locked: LockedPackage, fit: Fit): Problem {
  const target = [platformName(fit.platform), libcLabel(fit), `Python ${fit.pythonMinor}`].join(', ');
  return {
    code: 'WHEEL_NONE_FITS',
    message: `no wheel of ${packageLabel(locked)} fits ${target}`,
    details: [`uv.lock offers: ${offered(locked, fit)}`],
    hint: nearestFix(locked, fit),
  };
}

function libcLabel({ libc }: Fit): string {
  return libc.kind === 'musl' ? 'musl' : `glibc ${libc.version}`;
}

/** The two closest tags and the number of the others. */
function offered(locked: LockedPackage, fit: Fit): string {
  const labels = locked.wheels.map(({ filename }) => tagLabel(filename));
  const [first = '', second, ...others] = [...new Set(labels)].sort((a, b) => closeness(b, fit) - closeness(a, fit));
  const shown = second === undefined ? first : `${first}, ${second}`;
  return others.length === 0 ? shown : `${shown} and ${others.length} more`;
}

/** `cp313-manylinux_2_28_x86_64`: the ABI is left out where it repeats the interpreter, and one platform stands for a dotted set. */
function tagLabel(filename: string): string {
  const [python = '', abi = '', platform = ''] = filename
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3);
  const [firstPlatform = ''] = platform.split('.');
  return python === abi ? `${python}-${firstPlatform}` : `${python}-${abi}-${firstPlatform}`;
}

function closeness(label: string, fit: Fit): number {
  const machine = label.endsWith(machineOf(fit.platform.architecture)) ? 4 : 0;
  const linux = label.includes('linux') ? 2 : 0;
  return machine + linux + (label.startsWith(`cp${fit.pythonMinor.replace('.', '')}-`) ? 1 : 0);
}

function nearestFix(locked: LockedPackage, fit: Fit): string {
  return libcFix(locked, fit) ?? pythonFix(locked, fit) ?? bothFix(locked, fit) ?? platformFix(locked, fit) ?? otherFix(locked, fit);
}

function libcFix(locked: LockedPackage, fit: Fit): string | undefined {
  const glibc = glibcThatFits(locked, fit);
  if (glibc === undefined) return undefined;
  if (fit.libc.kind === 'musl') return `use a glibc base, for example base = "python:${fit.pythonMinor}-slim"`;
  return `use a base with glibc ${glibc} or newer, for example base = "python:${fit.pythonMinor}-slim"`;
}

function pythonFix(locked: LockedPackage, fit: Fit): string | undefined {
  const minor = otherMinors(fit).find((pythonMinor) => fits(locked, { ...fit, pythonMinor }));
  return minor === undefined ? undefined : `use another Python, for example python = "${minor}"`;
}

function bothFix(locked: LockedPackage, fit: Fit): string | undefined {
  if (fit.libc.kind !== 'musl') return undefined;
  const minor = otherMinors(fit).find((pythonMinor) => glibcThatFits(locked, { ...fit, pythonMinor }) !== undefined);
  return minor === undefined
    ? undefined
    : `use a glibc base with another Python, for example base = "python:${minor}-slim" and python = "${minor}"`;
}

function platformFix(locked: LockedPackage, fit: Fit): string | undefined {
  const architecture = fit.platform.architecture === 'amd64' ? 'arm64' : 'amd64';
  const platform = { ...fit.platform, architecture } as const;
  if (!fits(locked, { ...fit, platform })) return undefined;
  return `the wheels fit ${platformName(platform)} only: build with --platform ${platformName(platform)}, or choose another version of ${locked.name}`;
}

function otherFix(locked: LockedPackage, fit: Fit): string {
  return `choose a version of ${locked.name} that has a wheel for ${platformName(fit.platform)}, and run uv lock`;
}

/** The oldest glibc 2.N, newer than the target's own, for which a wheel fits. */
function glibcThatFits(locked: LockedPackage, fit: Fit): string | undefined {
  const oldest = fit.libc.kind === 'musl' ? 17 : Number(fit.libc.version.split('.')[1]) + 1;
  for (let minor = oldest; minor <= newestGlibc; minor++) {
    const version = `2.${minor}`;
    if (fits(locked, { ...fit, libc: { kind: 'glibc', version } })) return version;
  }
  return undefined;
}

function otherMinors(fit: Fit): readonly string[] {
  return pythonMinors.map((minor) => `3.${minor}`).filter((minor) => minor !== fit.pythonMinor && fit.allowsPython(minor));
}

function fits(locked: LockedPackage, fit: Pick<Fit, 'platform' | 'libc' | 'pythonMinor'>): boolean {
  const ranks = ranksOf(fit);
  return locked.wheels.some(({ filename }) => scoreWheel(wheelTags(filename), ranks) !== undefined);
}
