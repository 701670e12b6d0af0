/** What decides which wheels fit: CPython 3.`pythonMinor` on Linux with this libc and CPU. */
export interface TagTarget {
  /** `13` for CPython 3.13. */
  readonly pythonMinor: number;
  /** `version` is `2.41` for glibc, `1.2` for musl. */
  readonly libc: { readonly kind: 'glibc' | 'musl'; readonly version: string };
  readonly machine: 'x86_64' | 'aarch64';
}

/** Position of each compatible tag, 0 being the best. */
export type TagRanks = ReadonlyMap<string, number>;

const legacyManylinux: Readonly<Record<number, string>> = { 5: 'manylinux1', 12: 'manylinux2010', 17: 'manylinux2014' };

/**
 * All tags (`cp313-cp313-manylinux_2_41_x86_64`) that the target accepts, best first (PEP 425, 600, 656).
 * The order is uv's: within a platform list newest first, and `linux_*` last.
 */
export function compatibleTags(target: TagTarget): readonly string[] {
  const { pythonMinor: minor } = target;
  const platforms = platformTags(target);
  const olderMinors = Array.from({ length: minor }, (_, index) => minor - 1 - index);
  const cpython = `cp3${minor}`;
  const native = [
    `${cpython}-${cpython}`,
    `${cpython}-abi3`,
    `${cpython}-none`,
    ...olderMinors.filter((n) => n >= 2).map((n) => `cp3${n}-abi3`),
  ];
  const pure = [`py3${minor}-none`, 'py3-none', ...olderMinors.map((n) => `py3${n}-none`)];
  const onPlatforms = [...native, ...pure].flatMap((prefix) => platforms.map((platform) => `${prefix}-${platform}`));
  return [...onPlatforms, `${cpython}-none-any`, ...pure.map((prefix) => `${prefix}-any`)];
}

/** The tags' positions, for `scoreWheel`. */
export function rankTags(tags: readonly string[]): TagRanks {
  return new Map(tags.map((tag, index) => [tag, index]));
}

/** The best position among a wheel's tags (0 is best), or undefined when none fits. */
export function scoreWheel(tags: readonly string[], ranks: TagRanks): number | undefined {
  let best: number | undefined;
  for (const tag of tags) {
    const rank = ranks.get(tag);
    if (rank !== undefined && (best === undefined || rank < best)) best = rank;
  }
  return best;
}

function platformTags(target: TagTarget): readonly string[] {
  const [major, minor] = target.libc.version.split('.').map(Number);
  const { machine } = target;
  if (major === undefined || minor === undefined || !Number.isInteger(minor)) return [`linux_${machine}`];
  const versions = target.libc.kind === 'musl' ? muslTags(major, minor) : glibcTags(target, major, minor);
  return [...versions.map((version) => `${version}_${machine}`), `linux_${machine}`];
}

function muslTags(major: number, minor: number): readonly string[] {
  return Array.from({ length: minor + 1 }, (_, index) => `musllinux_${major}_${minor - index}`);
}

/** Only glibc 2 exists; wheels for x86_64 go back to 2.5, for aarch64 to 2.17. */
function glibcTags(target: TagTarget, major: number, minor: number): readonly string[] {
  if (major !== 2) return [];
  const oldest = target.machine === 'x86_64' ? 5 : 17;
  const minors = Array.from({ length: Math.max(0, minor - oldest + 1) }, (_, index) => minor - index);
  return minors.flatMap((n) => [`manylinux_2_${n}`, legacyManylinux[n] ?? []].flat());
}
