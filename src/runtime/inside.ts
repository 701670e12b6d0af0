import { lstatSync, mkdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../errors/index.ts';

/** Links followed on one path before it counts as a loop, as in Linux. */
const mostLinks = 40;

/**
 * The host path of an image path, with every link resolved as inside the image: an absolute target starts at `root` again, and `..` never leaves
 * it. Parts that are missing are made as directories. Throws IMAGE_INVALID for loops and for files in the middle.
 */
export function directoryInside(root: string, path: string): string {
  const done: string[] = [];
  const open = path.split('/').reverse();
  let links = 0;
  for (let segment = open.pop(); segment !== undefined; segment = open.pop()) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') {
      done.pop();
      continue;
    }
    const target = linkTarget(join(root, ...done, segment), path);
    if (target === undefined) {
      done.push(segment);
      continue;
    }
    links += 1;
    if (links > mostLinks) throw unusable(path, 'its links form a loop');
    if (target.startsWith('/')) done.length = 0;
    open.push(...target.split('/').reverse());
  }
  return join(root, ...done);
}

/** Target if the path is a link; undefined for a directory, which is made when it is missing. */
function linkTarget(host: string, path: string): string | undefined {
  const found = lstatSync(host, { throwIfNoEntry: false });
  if (found === undefined) mkdirSync(host, { mode: 0o755 });
  else if (found.isSymbolicLink()) return readlinkSync(host);
  else if (!found.isDirectory()) throw unusable(path, 'a part of it is not a directory');
  return undefined;
}

function unusable(path: string, reason: string): ToolError {
  return new ToolError('IMAGE_INVALID', `cannot use /${path.replace(/^\/+/, '')} in the image: ${reason}`);
}
