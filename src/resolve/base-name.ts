/** An assembled Debian root by its name. */
export interface DebianName {
  readonly release: 12 | 13;
  readonly shell: boolean;
}

/** Reads `debian:12`, `debian:13` and their `-noshell` variants; anything else is no assembled base. */
export function parseDebianName(base: string): DebianName | undefined {
  const [, release, variant] = /^debian:(12|13)(-noshell)?$/.exec(base) ?? [];
  if (release === undefined) return undefined;
  return { release: release === '12' ? 12 : 13, shell: variant === undefined };
}

const debianPythons = { 12: '3.11', 13: '3.13' } as const;

/** Python's minor version in a Debian release. */
export function debianPython(release: 12 | 13): string {
  return debianPythons[release];
}

/** The base of a Python minor version when none is configured (DESIGN §5). */
export function defaultBase(minor: string): string {
  if (minor === debianPythons[12]) return 'debian:12';
  return minor === debianPythons[13] ? 'debian:13' : `python:${minor}-slim`;
}

/** The minor version whose default base this is, if it is one. */
export function minorOfDefaultBase(base: string): string | undefined {
  const name = parseDebianName(base);
  if (name !== undefined) return name.shell ? debianPython(name.release) : undefined;
  return /^python:(3\.\d+)-slim$/.exec(base)?.[1];
}
