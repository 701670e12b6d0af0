import type { LockedPackage } from '../lock/types.ts';
import { packageLabel } from '../package-label.ts';
import { scoreWheel, wheelTags } from '../packaging/index.ts';
import { machineOf, platformName } from '../platform.ts';
import { type Fit, ranksOf } from './fit.ts';
import type { Problem } from './problem.ts';

/** The newest glibc that a base may reasonably have; hints look no further. */
const newestMinor = 41;
const newestGlibc = { kind: 'glibc', version: `2.${newestMinor}` } as const;
const pythonMinors = [13, 12, 14, 11];

/** A package of which no wheel fits, and what it was measured against. */
export interface Unfit {
  readonly locked: LockedPackage;
  readonly fit: Fit;
}

/** `WHEEL_NONE_FITS` in the form of DESIGN §8: target, what the lock offers, and the nearest change that would fit. `noBuild` forbids to build it. */
export function describeUnfit(locked: LockedPackage, fit: Fit, noBuild?: string): Problem {
  return {
    code: 'WHEEL_NONE_FITS',
    message: `no wheel of ${packageLabel(locked)} fits ${platformName(fit.platform)}, ${runtimeLabel(fit)}`,
    details: [
      `uv.lock offers: ${offered(locked, fit)}`,
      ...(noBuild !== undefined && locked.sdist !== undefined
        ? [`there is a source distribution too, and ${noBuild} forbids building it`]
        : []),
    ],
    hint: nearestFix([{ locked, fit }]),
    unfit: { locked, fit },
  };
}

/** `glibc 2.41, Python 3.13` */
export function runtimeLabel({ libc, pythonMinor }: Pick<Fit, 'libc' | 'pythonMinor'>): string {
  return `${libc.kind === 'musl' ? 'musl' : `glibc ${libc.version}`}, Python ${pythonMinor}`;
}

/** The nearest change that makes as many of the packages fit as any change can, and what to do about the others. */
export function nearestFix(unfits: readonly Unfit[]): string {
  const solved = new Map<string, Unfit[]>();
  for (const unfit of unfits) {
    for (const { hint, target } of changesOf(unfit.fit)) {
      const fitting = fits(unfit.locked, target) ? [unfit] : [];
      solved.set(hint, [...(solved.get(hint) ?? []), ...fitting]);
    }
  }
  const most = Math.max(...[...solved.values()].map(({ length }) => length));
  const [hint, helped = []] = [...solved].find(([, { length }]) => length === most) ?? [];
  if (hint === undefined || helped.length === 0) return otherVersion(unfits);
  if (helped.length === unfits.length) return hint;
  return `${hint}; of the others: ${otherVersion(unfits.filter((unfit) => !helped.includes(unfit)))}`;
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
  const python = `cp${fit.pythonMinor.replace('.', '')}-`;
  return machine + linux + (label.startsWith(python) && !label.startsWith(`${python}cp`) ? 1 : 0);
}

/** Another target, and how to come to it. */
interface Change {
  readonly hint: string;
  readonly target: Pick<Fit, 'platform' | 'libc' | 'pythonMinor'>;
}

/** The nearest first. */
function changesOf(fit: Fit): readonly Change[] {
  const { platform } = fit;
  const pythons = otherMinors(fit);
  const otherPythons = pythons.map((pythonMinor) => ({
    hint: `use another Python, for example python = "${pythonMinor}"`,
    target: { ...fit, pythonMinor },
  }));
  const both = fit.libc.kind === 'musl' ? pythons.map((pythonMinor) => glibcAndPython(fit, pythonMinor)) : [];
  const architecture = platform.architecture === 'amd64' ? 'arm64' : 'amd64';
  const other = { ...platform, architecture } as const;
  const name = platformName(other);
  const elsewhere = {
    hint: `the wheels fit ${name} only: build with --platform ${name}, or choose other versions`,
    target: { ...fit, platform: other },
  };
  return [...otherLibcs(fit), ...otherPythons, ...both, elsewhere];
}

function otherLibcs(fit: Fit): readonly Change[] {
  const example = `for example base = "python:${fit.pythonMinor}-slim"`;
  if (fit.libc.kind === 'musl') return [{ hint: `use a glibc base, ${example}`, target: { ...fit, libc: newestGlibc } }];
  const own = Number(fit.libc.version.split('.')[1]);
  return Array.from({ length: Math.max(0, newestMinor - own) }, (_, index) => {
    const version = `2.${own + 1 + index}`;
    return { hint: `use a base with glibc ${version} or newer, ${example}`, target: { ...fit, libc: { kind: 'glibc', version } } };
  });
}

function glibcAndPython(fit: Fit, pythonMinor: string): Change {
  return {
    hint: `use a glibc base with another Python, for example base = "python:${pythonMinor}-slim" and python = "${pythonMinor}"`,
    target: { ...fit, libc: newestGlibc, pythonMinor },
  };
}

/** What a lock cannot tell: which version has the wheels. */
function otherVersion(unfits: readonly Unfit[]): string {
  const names = [...new Set(unfits.map(({ locked }) => locked.name))].sort();
  const platforms = [
    ...new Set(unfits.map(({ fit }) => [platformName(fit.platform), ...(fit.libc.kind === 'musl' ? ['musl'] : [])].join(', '))),
  ];
  const [a, has] = names.length === 1 ? ['a version', 'has a wheel'] : ['versions', 'have wheels'];
  const upgrade = names.map((name) => `--upgrade-package ${name}`).join(' ');
  return `choose ${a} of ${names.join(', ')} that ${has} for ${platforms.join(' and ')}, and run uv lock ${upgrade}`;
}

function otherMinors(fit: Fit): readonly string[] {
  return pythonMinors.map((minor) => `3.${minor}`).filter((minor) => minor !== fit.pythonMinor && fit.allowsPython(minor));
}

function fits(locked: LockedPackage, fit: Pick<Fit, 'platform' | 'libc' | 'pythonMinor'>): boolean {
  const ranks = ranksOf(fit);
  return locked.wheels.some(({ filename }) => scoreWheel(wheelTags(filename), ranks) !== undefined);
}
