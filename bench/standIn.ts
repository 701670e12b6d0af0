import { debianRoot } from '../test/debianRoot.ts';

/** As the official slim images are cleaned: no documentation but licences, no translations, no package lists, no logs, no bytecode. */
const slim = [
  'find "$1/usr/share/doc" -type f ! -name copyright -delete; find "$1/usr/share/doc" -type l -delete; find "$1/usr/share/doc" -empty -delete',
  'rm -rf "$1"/usr/share/man/* "$1"/usr/share/info/* "$1"/usr/share/groff "$1"/usr/share/lintian "$1"/usr/share/linda',
  'find "$1/usr/share/locale" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +',
  'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/cache/debconf/*-old "$1"/var/log/*',
  'find "$1/usr/lib" -name __pycache__ -type d -prune -exec rm -rf {} +',
];

/** The stand-in of python:3.13-slim: trixie's minimal system with its Python, configured by apt and dpkg. The path of its tar. */
export async function standIn(): Promise<string> {
  return await debianRoot({ suite: 'trixie', packages: ['python3', 'ca-certificates', 'netbase', 'tzdata'], hooks: slim });
}
