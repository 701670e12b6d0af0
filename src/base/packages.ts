import { textOf } from './capture.ts';
import type { ImageTree } from './tree.ts';

/** An installed distribution package. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
}

/** dpkg's packages: `status`, and one file per package in `status.d` as distroless images have it. Sorted by name. */
export function dpkgPackages(tree: ImageTree): InstalledPackage[] {
  const parts = tree.list('/var/lib/dpkg/status.d').filter((name) => !name.endsWith('.md5sums'));
  const files = ['/var/lib/dpkg/status', ...parts.map((name) => `/var/lib/dpkg/status.d/${name}`)];
  const packages = files.flatMap((file) => stanzas(fileText(tree, file) ?? '').flatMap(dpkgPackage));
  return unique(packages);
}

/** apk's packages (Alpine, Wolfi). Sorted by name. */
export function apkPackages(tree: ImageTree): InstalledPackage[] {
  const text = fileText(tree, '/lib/apk/db/installed') ?? fileText(tree, '/usr/lib/apk/db/installed') ?? '';
  return unique(stanzas(text).flatMap((fields) => pair(fields.get('P'), fields.get('V'))));
}

/** Text of a file of the image that was kept; undefined if there is none. */
export function fileText(tree: ImageTree, path: string): string | undefined {
  const node = tree.resolve(path)?.node;
  return node?.type === 'file' ? textOf(node.captured) : undefined;
}

function dpkgPackage(fields: ReadonlyMap<string, string>): InstalledPackage[] {
  const status = fields.get('Status');
  // Removed packages whose configuration is left stay in the file.
  return status === undefined || /(?:^|\s)installed$/.test(status) ? pair(fields.get('Package'), fields.get('Version')) : [];
}

function pair(name: string | undefined, version: string | undefined): InstalledPackage[] {
  const isWord = (text: string | undefined): text is string => text !== undefined && /^[!-~]{1,200}$/.test(text);
  return isWord(name) && isWord(version) ? [{ name, version }] : [];
}

function stanzas(text: string): Map<string, string>[] {
  return text.split(/\n\s*\n/).map((stanza) => new Map(stanza.split('\n').flatMap((line) => fieldOf(line))));
}

function fieldOf(line: string): [string, string][] {
  const colon = line.indexOf(':');
  return colon < 1 || /^\s/.test(line) ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
}

function unique(packages: readonly InstalledPackage[]): InstalledPackage[] {
  const byText = new Map(packages.map((each) => [`${each.name}=${each.version}`, each]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}
