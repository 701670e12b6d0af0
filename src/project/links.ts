import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { isMissing } from './toml.ts';

export interface SourceLink {
  /** Absolute path of the tree. */
  readonly base: string;
  /** POSIX path of the link below the tree. */
  readonly path: string;
  readonly target: string;
}

/** Throws SOURCE_LINK_ESCAPES unless a link's target stays in the tree, step by step and where the host resolves it. */
export async function checkLink(link: SourceLink): Promise<void> {
  if (staysInside(link.path, link.target) && (await resolvesInside(link))) return;
  throw new ToolError('SOURCE_LINK_ESCAPES', `the link ${link.path} points to ${link.target}, outside of the project`, {
    where: { file: join(link.base, link.path) },
    hint: `replace the link by its target, or leave it out: add ${link.path} to .dockerignore`,
  });
}

/** Whether a relative target never climbs above the tree on its way, read segment by segment. */
export function staysInside(path: string, target: string): boolean {
  if (target.startsWith('/') || isAbsolute(target)) return false;
  let depth = path.split('/').length - 1;
  for (const step of target.split('/')) {
    if (step === '..') depth--;
    else if (step !== '' && step !== '.') depth++;
    if (depth < 0) return false;
  }
  return true;
}

/** A dangling link is judged by its text alone. */
async function resolvesInside(link: SourceLink): Promise<boolean> {
  try {
    const [base, target] = await Promise.all([realpath(link.base), realpath(join(link.base, link.path))]);
    const path = relative(base, target);
    return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  } catch (error) {
    if (isMissing(error)) return true;
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') return true;
    throw error;
  }
}
