const top = 'bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root run sbin srv sys tmp usr var';
const usr = 'bin games include lib lib32 lib64 libexec libx32 local sbin share src';
const local = 'bin etc games include lib man sbin share src';
const variable = 'backups cache lib local lock log mail opt run spool tmp';
const below = (parent: string, names: string): string[] => names.split(' ').map((name) => `${parent}${name}`);

/**
 * Directories that every base image has (file hierarchy standard). A layer never lists them: a directory entry replaces the base's attributes, and
 * below a merged /usr it even replaces a link (oci.md §2.1).
 */
const baseDirectories = new Set(['', ...below('', top), ...below('usr/', usr), ...below('usr/local/', local), ...below('var/', variable)]);

/** Whether a directory (POSIX, relative to the image's root) belongs to the base rather than to us. Of /etc and /run all first-level ones do. */
export function isBaseDirectory(path: string): boolean {
  return baseDirectories.has(path) || /^(etc|run)\/[^/]+$/.test(path);
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
