import { basename, dirname, join, relative, resolve } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { normalizeName } from '../packaging/index.ts';
import { readMembers } from './members.ts';
import { readStartSignals } from './signals.ts';
import { readTextIfThere, tableAt } from './toml.ts';
import type { Member, Project } from './types.ts';
import { findWorkspace, nearestPyproject } from './workspace.ts';

export interface ReadProjectOptions {
  /** Name of the workspace member to choose instead of the one at hand (`--package`). */
  readonly package?: string;
}

/**
 * Reads the project at or above `directory` and the workspace around it, without running Python or uv (uv-and-wheels §2.1).
 * Throws PROJECT_NOT_FOUND, PROJECT_BROKEN, PROJECT_MEMBER_UNKNOWN, WORKSPACE_INVALID.
 */
export async function readProject(directory: string, options: ReadProjectOptions = {}): Promise<Project> {
  const here = await nearestPyproject(resolve(directory));
  const workspace = await findWorkspace(here);
  const members = readMembers(workspace);
  const root = dirname(workspace.root.file);
  const member = options.package === undefined ? memberAt(members, here.file) : memberNamed(members, options.package);
  const chosen = member === undefined ? dirname(here.file) : dirname(member.pyproject.file);
  return {
    root,
    directory: chosen,
    name: member?.name ?? normalizeName(basename(chosen)),
    member,
    members,
    rootPyproject: workspace.root,
    pythonVersion: await pinnedPython(chosen, root),
    startSignals: await readStartSignals(chosen, member),
    notes: notes(here.data, workspace.unmanaged),
  };
}

function memberAt(members: readonly Member[], file: string): Member | undefined {
  return members.find((member) => member.pyproject.file === file);
}

function memberNamed(members: readonly Member[], name: string): Member {
  const found = members.find((member) => member.name === normalizeName(name));
  if (found !== undefined) return found;
  const names = members.map((member) => member.name).join(', ');
  throw new ToolError('PROJECT_MEMBER_UNKNOWN', `the workspace has no member named ${name}`, { details: [`members: ${names}`] });
}

/** Looks from the project's directory up to the root, and no further: what lies above is the host's business. */
async function pinnedPython(directory: string, root: string): Promise<Project['pythonVersion']> {
  for (let current = directory; ; current = dirname(current)) {
    const file = join(current, '.python-version');
    const text = await readTextIfThere(file);
    const line = text
      ?.split('\n')
      .map((each) => each.replace(/#.*/, '').trim())
      .find((each) => each !== '');
    if (line !== undefined) return { text: line, file };
    if (current === root || relative(root, current).startsWith('..') || dirname(current) === current) return undefined;
  }
}

function notes(data: Project['rootPyproject']['data'], unmanaged: readonly string[]): readonly string[] {
  const uv = tableAt(data, ['tool', 'uv']);
  return [
    ...(uv?.managed === false ? ['tool.uv.managed = false: uv itself does not lock or sync this project'] : []),
    ...unmanaged.map((path) => `${path} is not a workspace member: tool.uv.managed = false`),
  ];
}
