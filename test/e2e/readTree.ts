import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A directory as `path → type, mode and content`, so that two can be compared as texts. Of bytecode, which depends on the compiler's patch release
 * and says how it is checked, only the mode counts.
 */
export function readTree(directory: string): Map<string, string> {
  const tree = new Map<string, string>();
  const visit = (below: string): void => {
    for (const name of readdirSync(join(directory, below)).sort()) {
      const path = below === '' ? name : `${below}/${name}`;
      const stat = lstatSync(join(directory, path));
      tree.set(path, describe(join(directory, path), stat));
      if (stat.isDirectory()) visit(path);
    }
  };
  visit('');
  return tree;
}

const bytecode = /\/__pycache__\/[^/]+\.pyc$/;

function describe(path: string, stat: ReturnType<typeof lstatSync>): string {
  if (stat === undefined) return 'missing';
  const mode = (Number(stat.mode) & 0o7777).toString(8);
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (stat.isDirectory()) return `directory ${mode}`;
  if (!stat.isFile()) return `special ${mode}`;
  if (bytecode.test(path)) return `bytecode ${mode}`;
  return `file ${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}
