import { ToolError } from '../../errors/index.ts';
import type { Deb } from '../deb.ts';

/**
 * Packages whose installation scripts were read, with the rule that stands for each. Scripts that run at removal only do not count,
 * nor do triggers for ldconfig, since the loader cache is written here.
 */
const audited: Readonly<Record<string, string>> = {
  'base-files': 'directories, links and /etc/dpkg/origins/default are fixed entries',
  'ca-certificates': 'the bundle is concatenated',
  'libc-bin': '/etc/nsswitch.conf is copied, the loader cache is written',
  libc6: '/lib64 is a fixed link; the rest concerns upgrades',
  'libpython3.11-minimal': 'no effect',
  'libpython3.13-minimal': 'no effect',
  libreadline8: 'diversions of older releases',
  libreadline8t64: 'diversions of older releases',
  netbase: '/etc/hosts is written',
  openssl: 'links of /usr/lib/ssl, which the package ships',
  'python3-minimal': 'bytecode only',
  'python3.11-minimal': 'the directory for local packages is made',
  'python3.13-minimal': 'the directory for local packages is made',
  'readline-common': 'interactive defaults',
  tzdata: '/etc/localtime is a link to UTC',
};

/** Throws `DEB_SCRIPT` if the package would run something at installation that nobody has replaced. */
export function checkScripts(name: string, deb: Deb): void {
  const scripts = ['preinst', 'postinst'].filter((script) => deb.controlFiles.has(script));
  if (scripts.length === 0 || Object.hasOwn(audited, name)) return;
  throw new ToolError(
    'DEB_SCRIPT',
    `the Debian package ${name} ${deb.control.get('version')} has installation scripts without a replacement`,
    {
      details: scripts,
      hint: 'keep the entries of wherry.lock as they are, and update Wherry',
    },
  );
}
