import type { DebianPackage } from '../base/facts.ts';
import type { Architecture } from '../platform.ts';
import { compareVersions } from './version.ts';

/** Sonames that a package brings into the loader's directories; a soname never changes within a release of Debian. */
const byPackage: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    libatomic1: ['libatomic.so.1'],
    'libbz2-1.0': ['libbz2.so.1.0'],
    libcrypt1: ['libcrypt.so.1'],
    'libdb5.3': ['libdb-5.3.so'],
    'libdb5.3t64': ['libdb-5.3.so'],
    libexpat1: ['libexpat.so.1'],
    libffi8: ['libffi.so.8'],
    'libgcc-s1': ['libgcc_s.so.1'],
    libgomp1: ['libgomp.so.1'],
    liblzma5: ['liblzma.so.5'],
    libncursesw6: ['libncursesw.so.6', 'libpanelw.so.6'],
    libreadline8: ['libreadline.so.8'],
    libreadline8t64: ['libreadline.so.8'],
    'libsqlite3-0': ['libsqlite3.so.0'],
    libssl3: ['libcrypto.so.3', 'libssl.so.3'],
    libssl3t64: ['libcrypto.so.3', 'libssl.so.3'],
    'libstdc++6': ['libstdc++.so.6'],
    libtinfo6: ['libtinfo.so.6'],
    libuuid1: ['libuuid.so.1'],
    libzstd1: ['libzstd.so.1'],
    zlib1g: ['libz.so.1'],
  }),
);

const libc = [
  'anl.so.1',
  'c.so.6',
  'dl.so.2',
  'm.so.6',
  'nsl.so.1',
  'nss_dns.so.2',
  'nss_files.so.2',
  'pthread.so.0',
  'resolv.so.2',
  'rt.so.1',
];
const loaders = { amd64: 'ld-linux-x86-64.so.2', arm64: 'ld-linux-aarch64.so.1' } as const;

/** glibc has its vector mathematics on 64-bit ARM since 2.38. */
function libcSonames(version: string, architecture: Architecture): readonly string[] {
  const vector = architecture === 'amd64' || compareVersions(version, '2.38') >= 0 ? ['mvec.so.1'] : [];
  return [loaders[architecture], ...[...libc, 'util.so.1', ...vector].map((name) => `lib${name}`)];
}

/** The sonames of a base by its package list, sorted. */
export function sonamesOf(packages: readonly Pick<DebianPackage, 'name' | 'version'>[], architecture: Architecture): readonly string[] {
  return packages
    .flatMap(({ name, version }) => (name === 'libc6' ? libcSonames(version, architecture) : (byPackage.get(name) ?? [])))
    .sort();
}
