/** Debian releases that a base can be assembled from. */
export type Release = 12 | 13;

/** What is fixed for one release: its codename, the packages of the base, and the dependencies that are left out on purpose. */
export interface ReleaseSpec {
  readonly release: Release;
  readonly codename: 'bookworm' | 'trixie';
  /** `X.Y` of the release's Python. */
  readonly pythonMinor: string;
  readonly packages: readonly string[];
}

const common = [
  'base-files',
  'ca-certificates',
  'libatomic1',
  'libbz2-1.0',
  'libc-bin',
  'libc6',
  'libexpat1',
  'libffi8',
  'libgcc-s1',
  'libgomp1',
  'liblzma5',
  'libncursesw6',
  'libsqlite3-0',
  'libstdc++6',
  'libtinfo6',
  'libuuid1',
  'media-types',
  'ncurses-base',
  'netbase',
  'openssl',
  'python3-minimal',
  'readline-common',
  'tzdata',
  'zlib1g',
];

const releases: Readonly<Record<Release, ReleaseSpec>> = {
  12: {
    release: 12,
    codename: 'bookworm',
    pythonMinor: '3.11',
    packages: [
      ...common,
      'gcc-12-base',
      'libcrypt1',
      'libdb5.3',
      'libpython3.11-minimal',
      'libpython3.11-stdlib',
      'libreadline8',
      'libssl3',
      'python3.11-minimal',
    ],
  },
  13: {
    release: 13,
    codename: 'trixie',
    pythonMinor: '3.13',
    packages: [
      ...common,
      'gcc-14-base',
      'libdb5.3t64',
      'libpython3.13-minimal',
      'libpython3.13-stdlib',
      'libreadline8t64',
      'libssl3t64',
      'libzstd1',
      'openssl-provider-legacy',
      'python3.13-minimal',
      'tzdata-legacy',
    ],
  },
};

/** The shell of a base that has one: the dynamically linked busybox (0.8 MB; the static one is 2 MB and gains nothing beside libc6). */
export const shellPackage = 'busybox';

/** The fixed part of a release. */
export function releaseSpec(release: Release): ReleaseSpec {
  return releases[release];
}

/** Names of all packages of a base, sorted. */
export function basePackages(release: Release, shell: boolean): readonly string[] {
  return [...releases[release].packages, ...(shell ? [shellPackage] : [])].sort();
}

/** Dependencies that no root has, each with the reason why the package works without: `package: dependency`. */
export const leftOut: Readonly<Record<string, string>> = {
  'base-files: awk': 'used by its maintainer scripts only, which never run',
  'ca-certificates: debconf': 'asks questions at installation',
  'tzdata: debconf': 'asks questions at installation',
  'python3-minimal: dpkg': 'used by py3compile, which is dropped',
  'readline-common: dpkg': 'used by its maintainer scripts only',
  'readline-common: install-info': 'registers info pages, which are dropped',
  'libpython3.11-stdlib: libnsl2': 'used by the module nis only, which is dropped',
  'libpython3.11-stdlib: libtirpc3': 'used by the module nis only, which is dropped',
};

/** Why a dependency is left out, or undefined if nobody decided that it may be. */
export function leftOutReason(packageName: string, dependency: string): string | undefined {
  return leftOut[`${packageName}: ${dependency}`];
}
