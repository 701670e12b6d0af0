import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { normalizeName } from '../packaging/index.ts';
import { type Member, type Project, type Pyproject, readOutsideMember, readPyproject, tableAt } from '../project/index.ts';
import type { Selection } from '../select/types.ts';

/**
 * The selected source trees of this machine by their path: members of the workspace, and directories outside of it that [tool.uv.sources]
 * names. Errors: SOURCE_MISSING, PROJECT_BROKEN.
 */
export async function localMembers(project: Project, selection: Selection): Promise<ReadonlyMap<string, Member>> {
  const found = new Map<string, Member>();
  for (const { name, version, artifact } of selection.packages) {
    if (artifact.kind !== 'local') continue;
    const member = project.members.find(({ path }) => path === artifact.path);
    found.set(artifact.path, member ?? (await outsideMember(project, { name, version, path: artifact.path })));
  }
  return found;
}

interface Outside {
  readonly name: string;
  readonly version: string | undefined;
  readonly path: string;
}

async function outsideMember(project: Project, { name, version, path }: Outside): Promise<Member> {
  const directory = resolve(project.root, path);
  if ((await stat(directory).catch(() => undefined))?.isDirectory() !== true) {
    throw new ToolError('SOURCE_MISSING', `the directory of ${name} is not there`, {
      details: ['uv.lock takes it from this path'],
      hint: 'put it back, or change its entry in [tool.uv.sources] and run uv lock',
      where: { file: directory },
    });
  }
  const file = join(directory, 'pyproject.toml');
  const pyproject = await readPyproject(file);
  const root: Pyproject = { ...project.rootPyproject, file: join(dirname(project.rootPyproject.file), 'pyproject.toml') };
  const member = pyproject === undefined ? undefined : readOutsideMember(root, pyproject);
  if (member !== undefined) return { ...member, path };
  // setup.py and setup.cfg alone, or Poetry's own table: the lock says what it is called.
  const legacy = pyproject ?? { file, text: '', data: {} };
  const backend = tableAt(legacy.data, ['build-system'])?.['build-backend'];
  const known = typeof backend === 'string' ? backend : undefined;
  return { name: normalizeName(name), path, pyproject: legacy, version, isPackage: true, backend: known };
}
