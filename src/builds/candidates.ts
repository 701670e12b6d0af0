import type { IndexFile } from '../indexes/index.ts';
import {
  compareBuilds,
  compareVersions,
  isPrerelease,
  parseSpecifiers,
  parseWheelFilename,
  type Specifiers,
  scoreWheel,
  specifiersAllow,
  type TagRanks,
  type Version,
  type WheelName,
} from '../packaging/index.ts';

/** What a file must be to build with. */
export interface Wanted {
  /** All requirements and constraints that are known so far. */
  readonly specifiers: readonly Specifiers[];
  /** Of the interpreter that builds. */
  readonly python: Version;
  readonly ranks: TagRanks;
  /** Milliseconds since 1970. */
  readonly cutoff: number | undefined;
}

/** A wheel of a package with its parsed name. */
export interface Candidate {
  readonly file: IndexFile;
  readonly wheel: WheelName;
}

/** Why files of a package were passed over, with the number of files; for messages. */
export type Refusals = ReadonlyMap<string, number>;

/** The newest version that fits, its best wheel; or why there is none. Pre-releases count only where nothing else fits or one is named. */
export function newestFitting(files: readonly IndexFile[], wanted: Wanted): Candidate | Refusals {
  const refusals = new Map<string, number>();
  const fitting: Candidate[] = [];
  for (const file of files) {
    const wheel = wheelName(file.filename);
    const reason = wheel === undefined ? 'no wheel' : unfit(file, wheel, wanted);
    if (wheel === undefined || reason !== undefined) refusals.set(reason ?? '', (refusals.get(reason ?? '') ?? 0) + 1);
    else fitting.push({ file, wheel });
  }
  const named = wanted.specifiers.flat().some(({ version }) => version !== undefined && isPrerelease(version));
  const stable = fitting.filter(({ wheel }) => !isPrerelease(wheel.version));
  const best = (named || stable.length === 0 ? fitting : stable).toSorted((a, b) => compare(b, a, wanted.ranks))[0];
  return best ?? refusals;
}

function wheelName(filename: string): WheelName | undefined {
  if (!filename.endsWith('.whl')) return undefined;
  try {
    return parseWheelFilename(filename);
  } catch {
    return undefined;
  }
}

function unfit(file: IndexFile, wheel: WheelName, { specifiers, python, ranks, cutoff }: Wanted): string | undefined {
  if (!specifiers.every((each) => specifiersAllow(each, wheel.version))) return 'another version than is required';
  if (file.yanked) return 'yanked';
  if (!runsOn(file.requiresPython, python)) return 'for another Python';
  if (scoreWheel(wheel.tags, ranks) === undefined) return 'for another platform';
  if ('path' in file.location) return undefined;
  if (cutoff !== undefined && file.uploaded === undefined) return 'without an upload time, which exclude-newer needs';
  if (cutoff !== undefined && (file.uploaded ?? 0) >= cutoff) return 'newer than exclude-newer';
  return file.sha256 === undefined ? 'without a SHA-256' : undefined;
}

function runsOn(requires: string | undefined, python: Version): boolean {
  try {
    return requires === undefined || specifiersAllow(parseSpecifiers(requires), python);
  } catch {
    // Old files have ranges that nobody can read; pip passes them over as well.
    return false;
  }
}

function compare(a: Candidate, b: Candidate, ranks: TagRanks): number {
  const byTag = (scoreWheel(b.wheel.tags, ranks) ?? 0) - (scoreWheel(a.wheel.tags, ranks) ?? 0);
  return compareVersions(a.wheel.version, b.wheel.version) || byTag || compareBuilds(a.wheel.build, b.wheel.build);
}
