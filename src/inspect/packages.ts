import { posix } from 'node:path';
import type { Image } from '../image/index.ts';
import { walkImage } from './walk.ts';

/** A Python distribution or a package of the base's distribution. */
export interface InstalledPackage {
  readonly kind: 'python' | 'debian' | 'alpine';
  readonly name: string;
  readonly version: string;
  /** Directory in the image that holds it; for Debian and Alpine the database. */
  readonly location: string;
}

/** The largest package database that is read. */
const mostBytes = 32 * 1024 * 1024;

const metadata = /\/(site|dist)-packages\/[^/]+\.(dist-info\/METADATA|egg-info\/PKG-INFO)$/;
const dpkgStatus = /^\/var\/lib\/dpkg\/status(\.d\/[^/]+)?$/;
const apkInstalled = '/lib/apk/db/installed';

/**
 * What is installed in an image, from its own records: METADATA of each `*.dist-info` below a `site-packages` or `dist-packages`, dpkg's status and
 * apk's database. Sorted by kind, name and location. Reads all layers; errors as in `walkImage`.
 */
export async function listPackages(image: Image): Promise<readonly InstalledPackage[]> {
  const { contents } = await walkImage(image, ({ path }) => (isRecord(`/${path}`) ? mostBytes : 0));
  const packages = [...contents].flatMap(([path, bytes]) => readRecord(path, bytes.toString('utf8')));
  return packages.sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name) || compare(a.location, b.location));
}

function isRecord(path: string): boolean {
  return metadata.test(path) || path === apkInstalled || (dpkgStatus.test(path) && !path.endsWith('.md5sums'));
}

function readRecord(path: string, text: string): InstalledPackage[] {
  if (path === apkInstalled) return stanzas(text).map((fields) => found('alpine', path, [fields.get('P'), fields.get('V')]));
  if (!metadata.test(path))
    return stanzas(text)
      .filter(isInstalled)
      .map((fields) => found('debian', path, [fields.get('Package'), fields.get('Version')]));
  const [head = new Map<string, string>()] = stanzas(text);
  return [found('python', posix.dirname(posix.dirname(path)), [head.get('Name'), head.get('Version')])];
}

/** Entries of `status.d` have no status; dpkg's own keep removed packages whose configuration is left. */
function isInstalled(fields: ReadonlyMap<string, string>): boolean {
  const status = fields.get('Status');
  return fields.has('Package') && (status === undefined || status.endsWith(' installed'));
}

function found(kind: InstalledPackage['kind'], location: string, [name, version]: readonly (string | undefined)[]): InstalledPackage {
  return { kind, name: name ?? '', version: version ?? '', location };
}

/** `Key: value` and apk's `K:value` lines, in groups parted by blank lines; the first of equal keys counts. */
function stanzas(text: string): ReadonlyMap<string, string>[] {
  const groups = text.split(/\r?\n\r?\n/).map((group) => {
    const fields = new Map<string, string>();
    for (const [, key, value] of group.matchAll(/^([A-Za-z][\w-]*):[ \t]*(.*?)\r?$/gm)) {
      if (key !== undefined && !fields.has(key)) fields.set(key, value ?? '');
    }
    return fields;
  });
  return groups.filter((fields) => fields.size > 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
