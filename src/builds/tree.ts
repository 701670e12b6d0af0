import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Digest, digestOf } from '../digest.ts';
import { canonicalJson } from '../json.ts';
import type { BuildOrigin, BuildSource } from '../plan/index.ts';
import { type Member, type Project, readTextIfThere, type SourceTree } from '../project/index.ts';
import { withoutLocks } from './lock-files.ts';
import { asksGit } from './scm.ts';
import type { BuildSystem } from './system.ts';

/** The source and origin of a tree of this machine. */
export interface TreeSource {
  readonly source: BuildSource;
  readonly origin: BuildOrigin;
}

/** Identity of a tree: paths, contents, which files are programs, and targets of links. */
export function treeDigest(tree: SourceTree): Digest {
  const files = tree.files.map((file) =>
    file.type === 'symlink'
      ? { path: file.path, target: file.target }
      : { path: file.path, sha256: file.sha256, ...(file.executable && { executable: true }) },
  );
  return digestOf(canonicalJson(files));
}

/**
 * How a tree is built. Backends that follow .gitignore look for it in the directories above as well, up to the repository; nothing above a member is
 * there for a build, so the nearest file is put into the member. Without a repository none is looked for above.
 */
export async function treeSource(
  member: Member,
  whole: SourceTree,
  { project, system }: { readonly project: Pick<Project, 'root'>; readonly system: BuildSystem },
): Promise<TreeSource> {
  const tree = await withoutLocks(member, whole, system);
  const usesGit = asksGit(member.pyproject.data, system.requires);
  const ignore = tree.files.some(({ path }) => path === '.gitignore') ? undefined : await ignoreAbove(resolve(project.root, member.path));
  return {
    source: { kind: 'tree', files: treeDigest(tree), ...(ignore !== undefined && { ignore: digestOf(ignore) }) },
    origin: { kind: 'tree', tree, ...(ignore !== undefined && { ignore }), ...(usesGit && { gitDirectory: tree.directory }) },
  };
}

async function ignoreAbove(directory: string): Promise<string | undefined> {
  if (existsSync(join(directory, '.git'))) return undefined;
  for (let above = dirname(directory); above !== dirname(above); above = dirname(above)) {
    const text = await readTextIfThere(join(above, '.gitignore'));
    if (text !== undefined) return text;
    if (existsSync(join(above, '.git'))) return undefined;
  }
  return undefined;
}
