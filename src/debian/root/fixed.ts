import { groupText, passwdText } from '../accounts.ts';
import { directory, file, type RootEntry, symlink } from './entry.ts';

export interface FixedOptions {
  /** `X.Y` */
  readonly pythonMinor: string;
  readonly architecture: string;
  readonly shell: boolean;
}

/** netbase's default for a machine that has no /etc/hosts. */
const hosts = [
  '127.0.0.1\tlocalhost',
  '::1\t\tlocalhost ip6-localhost ip6-loopback',
  'ff02::1\t\tip6-allnodes',
  'ff02::2\t\tip6-allrouters',
  '',
];

const plain = [
  'dev',
  'home',
  'media',
  'mnt',
  'opt',
  'proc',
  'run',
  'srv',
  'sys',
  'etc/opt',
  'var/opt',
  'var/cache',
  'var/log',
  'var/spool',
];

/** Directories that base-files' script makes, or whose mode matters; they replace shipped ones. */
function directories({ pythonMinor }: FixedOptions): readonly RootEntry[] {
  const local = ['bin', 'etc', 'include', 'lib', 'sbin', 'share', 'src', `lib/python${pythonMinor}/dist-packages`];
  return [
    ...[...plain, ...local.map((name) => `usr/local/${name}`)].map((path) => directory(path)),
    ...['tmp', 'var/tmp', 'run/lock'].map((path) => directory(path, 0o1777)),
    directory('root', 0o700),
  ];
}

function links({ architecture, shell }: FixedOptions): readonly RootEntry[] {
  const merged = ['bin', 'lib', 'sbin', ...(architecture === 'amd64' ? ['lib64'] : [])];
  return [
    ...merged.map((name) => symlink(name, `usr/${name}`)),
    symlink('var/run', '/run'),
    symlink('var/lock', '/run/lock'),
    symlink('etc/localtime', '/usr/share/zoneinfo/Etc/UTC'),
    symlink('etc/dpkg/origins/default', 'debian'),
    ...(shell ? [symlink('usr/bin/sh', 'busybox')] : []),
  ];
}

/** Everything that is the same for all package versions: what maintainer scripts would have made, without running them. */
export function fixedEntries(options: FixedOptions): readonly RootEntry[] {
  return [
    ...directories(options),
    ...links(options),
    file('etc/passwd', passwdText),
    file('etc/group', groupText),
    file('etc/hosts', hosts.join('\n')),
  ];
}
