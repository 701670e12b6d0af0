import { posix } from 'node:path';

const merged = /^(?:bin|sbin|lib|lib64|lib32|libx32)(?=\/)/;

/** Whether a path is one of the top directories that are links to their namesakes below usr/. */
export function isMergedTop(path: string): boolean {
  return !path.includes('/') && merged.test(`${path}/`);
}

/** Where a shipped path lies on a system with a merged /usr: `lib/x` is `usr/lib/x`. */
export function mergedPath(path: string): string {
  return merged.test(path) ? `usr/${path}` : path;
}

/**
 * The target of a shipped link after its path and its target may have moved: resolved from the original place, moved, and made relative again.
 * A target that still means the same file stays as it is.
 */
export function mergedTarget(path: string, target: string): string {
  const resolved = posix.resolve('/', posix.dirname(path), target).slice(1);
  const movedTarget = mergedPath(resolved);
  const movedPath = mergedPath(path);
  if (posix.resolve('/', posix.dirname(movedPath), target).slice(1) === movedTarget) return target;
  return posix.relative(posix.dirname(`/${movedPath}`), `/${movedTarget}`);
}
