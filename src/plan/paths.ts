/**
 * Directories that every base image has. A layer never lists them: a directory entry replaces the base's attributes, and below a merged /usr it
 * even replaces a link (oci.md §2.1).
 */
const owned = new Set([
  'bin',
  'boot',
  'dev',
  'etc',
  'home',
  'lib',
  'lib64',
  'media',
  'mnt',
  'opt',
  'proc',
  'root',
  'run',
  'sbin',
  'srv',
  'sys',
  'tmp',
]);
const ownedBelow = ['usr', 'var', 'etc', 'run'];

/** Whether a directory (POSIX, relative to the image's root) belongs to the base rather than to us. */
export function isBaseDirectory(path: string): boolean {
  if (path === '') return true;
  const segments = path.split('/');
  const first = segments[0] as string;
  if (segments.length === 1) return owned.has(first) || ownedBelow.includes(first);
  if (!ownedBelow.includes(first)) return false;
  if (first === 'usr' && segments[1] === 'local') return segments.length <= 3;
  return segments.length <= 2;
}

/** Every parent directory of `path` that is ours, outermost first. */
export function ownParents(path: string): string[] {
  const segments = path.split('/');
  return segments
    .slice(0, -1)
    .map((_, index) => segments.slice(0, index + 1).join('/'))
    .filter((parent) => !isBaseDirectory(parent));
}

/** An absolute path in the image as a layer entry's path: no leading slash, no `.` or `..` segments left to interpret. */
export function entryPath(absolute: string): string {
  return absolute
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}
