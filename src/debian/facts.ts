import type { BaseFacts, DebianBase } from '../base/facts.ts';
import type { Platform } from '../platform.ts';
import { groupText, passwdText } from './accounts.ts';
import { releaseSpec } from './packages.ts';
import { sonamesOf } from './sonames.ts';
import { upstreamVersion } from './version.ts';

function versionOf(base: DebianBase, name: string): string {
  const found = base.packages.find((candidate) => candidate.name === name);
  if (!found) throw new TypeError(`a Debian base without ${name}`);
  return upstreamVersion(found.version);
}

/** What a build needs to know of an assembled base: a pure function of its package list, so nothing is downloaded for it. */
export function debianFacts(base: DebianBase, platform: Platform): BaseFacts {
  const minor = releaseSpec(base.release).pythonMinor;
  return {
    platform,
    python: { path: `/usr/bin/python${minor}`, version: versionOf(base, `python${minor}-minimal`) },
    libc: { kind: 'glibc', version: versionOf(base, 'libc6') },
    passwd: passwdText,
    group: groupText,
    shell: base.shell,
    packages: base.packages.map(({ name, version }) => `${name}=${version}`).sort(),
    sonames: sonamesOf(base.packages, platform.architecture),
    config: {
      env: ['LANG=C.UTF-8', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      labels: {},
      volumes: [],
      exposedPorts: [],
    },
    content: base,
  };
}
