import { createHash } from 'node:crypto';
import type { Deb } from '../deb.ts';
import { directory, file, type RootEntry, type RootTree } from './entry.ts';
import { mergedPath } from './usrmerge.ts';

const database = 'var/lib/dpkg';

/** `libc6:amd64` for packages that can be installed for several architectures, as dpkg names their files. */
function infoName({ control }: Deb): string {
  const name = control.get('package') ?? '';
  return control.get('multi-arch') === 'same' ? `${name}:${control.get('architecture')}` : name;
}

function conffileLines(deb: Deb, tree: RootTree): readonly string[] {
  const paths = (deb.controlFiles.get('conffiles') ?? '').split('\n').filter((line) => line.startsWith('/'));
  return paths.flatMap((path) => {
    const entry = tree.get(mergedPath(path.slice(1)));
    return entry?.type === 'file' ? [` ${path} ${createHash('md5').update(entry.content.bytes()).digest('hex')}`] : [];
  });
}

/** The control paragraph as /var/lib/dpkg/status has it: with the state, and with the configuration files that are there. */
function statusParagraph(deb: Deb, tree: RootTree): string {
  const conffiles = conffileLines(deb, tree);
  const text = deb.controlText.replace(/^(Package:.*\n)/i, '$1Status: install ok installed\n');
  return conffiles.length > 0 ? `${text}Conffiles:\n${conffiles.join('\n')}\n` : text;
}

/** Shipped paths that are in the root, in shipped order. */
function listText(deb: Deb, tree: RootTree): string {
  const paths = deb.items.map(({ path }) => path).filter((path) => path !== '' && tree.has(mergedPath(path)));
  return ['/.', ...paths.map((path) => `/${path}`), ''].join('\n');
}

function checksumText(deb: Deb, tree: RootTree): string {
  const lines = (deb.controlFiles.get('md5sums') ?? '').split('\n');
  const pathAt = 34;
  return lines
    .filter((line) => line !== '' && tree.get(mergedPath(line.slice(pathAt)))?.type === 'file')
    .map((line) => `${line}\n`)
    .join('');
}

/** dpkg's database of the packages, cut to the files that are in the tree, so that scanners see every package and dpkg finds nothing missing. */
export function dpkgEntries(debs: readonly Deb[], tree: RootTree): readonly RootEntry[] {
  const info = debs.flatMap((deb) => [
    file(`${database}/info/${infoName(deb)}.list`, listText(deb, tree)),
    file(`${database}/info/${infoName(deb)}.md5sums`, checksumText(deb, tree)),
  ]);
  return [
    ...['info', 'updates', 'triggers'].map((name) => directory(`${database}/${name}`)),
    file(`${database}/status`, debs.map((deb) => `${statusParagraph(deb, tree)}\n`).join('')),
    file(`${database}/info/format`, '1\n'),
    ...['available', 'diversions', 'statoverride'].map((name) => file(`${database}/${name}`, '')),
    ...info,
  ];
}
