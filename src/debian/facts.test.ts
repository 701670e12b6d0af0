import { describe, expect, it } from 'vitest';
import type { DebianBase, DebianPackage } from '../base/facts.ts';
import { asDigest } from '../digest.ts';
import { debianFacts } from './facts.ts';

const locked = (name: string, version: string): DebianPackage => ({
  name,
  version,
  architecture: 'amd64',
  archive: 'debian',
  path: `pool/${name}.deb`,
  size: 1,
  sha256: asDigest(`sha256:${'0'.repeat(64)}`),
});
const trixie: DebianBase = {
  kind: 'debian',
  release: 13,
  shell: true,
  packages: [locked('libc6', '2.41-12+deb13u4'), locked('python3.13-minimal', '3.13.5-2+deb13u5'), locked('zlib1g', '1:1.3-1')],
};
const bookworm: DebianBase = {
  kind: 'debian',
  release: 12,
  shell: false,
  packages: [locked('python3.11-minimal', '3.11.2-6+deb12u9'), locked('libc6', '2.36-9+deb12u14')],
};

describe('debianFacts', () => {
  it('derives everything from the package list', () => {
    const platform = { os: 'linux', architecture: 'amd64' } as const;
    const facts = debianFacts(trixie, platform);
    expect(facts).toMatchObject({
      platform,
      python: { path: '/usr/bin/python3.13', version: '3.13.5' },
      libc: { kind: 'glibc', version: '2.41' },
      shell: true,
      packages: ['libc6=2.41-12+deb13u4', 'python3.13-minimal=3.13.5-2+deb13u5', 'zlib1g=1:1.3-1'],
      content: trixie,
    });
    expect(facts.sonames).toContain('libz.so.1');
    expect(facts.sonames).toContain('ld-linux-x86-64.so.2');
    expect(facts.sonames).toEqual([...facts.sonames].sort());
    expect(facts.config.env.some((line) => line.startsWith('PATH='))).toBe(true);
  });

  it('knows the other release and architecture', () => {
    const facts = debianFacts(bookworm, { os: 'linux', architecture: 'arm64' });
    expect(facts).toMatchObject({ python: { path: '/usr/bin/python3.11', version: '3.11.2' }, libc: { version: '2.36' }, shell: false });
    expect(facts.packages[0]).toBe('libc6=2.36-9+deb12u14');
    expect(facts.sonames).toContain('ld-linux-aarch64.so.1');
    expect(facts.sonames).not.toContain('libmvec.so.1');
  });

  it('gives root and nobody as the only accounts', () => {
    const facts = debianFacts(trixie, { os: 'linux', architecture: 'amd64' });
    expect(
      facts.passwd
        .trimEnd()
        .split('\n')
        .map((line) => line.split(':').slice(0, 4).join(':')),
    ).toEqual(['root:*:0:0', 'nobody:*:65534:65534']);
    expect(facts.passwd.split('\n').every((line) => line === '' || line.split(':').length === 7)).toBe(true);
    expect(facts.group.split('\n').every((line) => line === '' || line.split(':').length === 4)).toBe(true);
  });

  it('refuses a list without Python or libc', () => {
    expect(() => debianFacts({ ...trixie, packages: [] }, { os: 'linux', architecture: 'amd64' })).toThrow(TypeError);
  });
});
