import { statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { isTexts } from '../json.ts';
import { globToRegExp, hasGlob, normalPath } from './glob.ts';
import { placeOf } from './places.ts';
import { isMissing, isTable, readPyproject, tableAt } from './toml.ts';
import type { Pyproject, TomlTable } from './types.ts';

/** A workspace root with the directories of its members (uv-and-wheels §2.1), before any of them is interpreted. */
export interface FoundWorkspace {
  readonly root: Pyproject;
  /** The root itself if it has [project], then members in glob order. */
  readonly members: readonly Pyproject[];
  /** Directories left out because of `tool.uv.managed = false`, relative to the root. */
  readonly unmanaged: readonly string[];
}

/** Files that make a directory a project although it has no pyproject.toml; the nearest of all these decides. */
const projectFiles = ['requirements.txt', 'pylock.toml', 'wherry.toml'];
/** Files of other tools: they make a project only of the directory that was named, so that its error can say what to do with them. */
const foreignFiles = [
  'Pipfile.lock',
  'Pipfile',
  'environment.yml',
  'environment.yaml',
  'conda-lock.yml',
  'requirements.in',
  'setup.py',
  'setup.cfg',
];

/**
 * The pyproject.toml of `directory` or the nearest one above; an empty one for a project that has none. Throws PROJECT_NOT_FOUND, PROJECT_BROKEN.
 */
export async function nearestPyproject(directory: string): Promise<Pyproject> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new ToolError('PROJECT_NOT_FOUND', `${directory} is ${found === undefined ? 'not there' : 'no directory'}`, {
      hint: 'name the directory of a Python project, or run wherry in it',
    });
  }
  for (const candidate of upwards(directory)) {
    const found = await readPyproject(join(candidate, 'pyproject.toml'));
    if (found !== undefined) return found;
    if (hasAny(candidate, projectFiles)) return withoutPyproject(candidate);
  }
  if (hasAny(directory, foreignFiles)) return withoutPyproject(directory);
  throw new ToolError('PROJECT_NOT_FOUND', `no pyproject.toml or requirements.txt in ${directory} or above it`, {
    hint: 'run wherry in a Python project, or create one with: uv init',
  });
}

function hasAny(directory: string, names: readonly string[]): boolean {
  return names.some((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.isFile() === true);
}

function withoutPyproject(directory: string): Pyproject {
  return { file: join(directory, 'pyproject.toml'), text: '', data: {} };
}

function* upwards(directory: string): Generator<string> {
  let current = directory;
  for (;;) {
    yield current;
    const above = dirname(current);
    if (above === current) return;
    current = above;
  }
}

/** Finds the workspace around a project as uv does: an explicit root, else the nearest project above if it includes this one, else alone. */
export async function findWorkspace(project: Pyproject): Promise<FoundWorkspace> {
  const alone = workspaceTable(project) === undefined && !isTable(project.data.project);
  const root = alone ? undefined : workspaceTable(project) === undefined ? await rootAbove(project) : project;
  if (root === undefined) return { root: project, members: [project], unmanaged: [] };
  return collectMembers(root, project);
}

function workspaceTable(pyproject: Pyproject): TomlTable | undefined {
  return tableAt(pyproject.data, ['tool', 'uv', 'workspace']);
}

/** Only the first pyproject.toml above counts: uv never looks past it. */
async function rootAbove(project: Pyproject): Promise<Pyproject | undefined> {
  const directory = dirname(project.file);
  for (const candidate of upwards(dirname(directory))) {
    const above = await readPyproject(join(candidate, 'pyproject.toml'));
    if (above === undefined) continue;
    const table = workspaceTable(above);
    if (table === undefined) return undefined;
    const path = relative(candidate, directory).split(sep).join('/');
    const included = patterns(above, 'members').some((glob) => globToRegExp(glob).test(path));
    return included && !isExcluded(above, path) ? above : undefined;
  }
  return undefined;
}

function patterns(root: Pyproject, key: 'members' | 'exclude'): readonly string[] {
  const value = workspaceTable(root)?.[key];
  if (value === undefined) return [];
  if (isTexts(value)) return value.map(normalPath);
  throw new ToolError('PROJECT_BROKEN', `tool.uv.workspace.${key} is not a list of strings`, {
    where: placeOf(root, ['tool', 'uv', 'workspace', key]),
  });
}

function isExcluded(root: Pyproject, path: string): boolean {
  return patterns(root, 'exclude').some((glob) => globToRegExp(glob, { acrossSlash: true }).test(path));
}

async function collectMembers(root: Pyproject, project: Pyproject): Promise<FoundWorkspace> {
  const base = dirname(root.file);
  const members = new Map<string, Pyproject>();
  const unmanaged: string[] = [];
  if (isTable(root.data.project)) members.set('.', root);
  if (project !== root) members.set(relative(base, dirname(project.file)).split(sep).join('/'), project);
  for (const glob of patterns(root, 'members')) {
    for (const path of await expand(base, glob)) {
      if (members.has(path) || isExcluded(root, path)) continue;
      const member = await readMember(root, { path, glob });
      if (member === undefined) continue;
      if (tableAt(member.data, ['tool', 'uv'])?.managed === false) unmanaged.push(path);
      else members.set(path, member);
    }
  }
  for (const [path, member] of members) refuseNested(root, path, member);
  return { root, members: [...members.values()], unmanaged };
}

async function readMember(root: Pyproject, found: { path: string; glob: string }): Promise<Pyproject | undefined> {
  const directory = join(dirname(root.file), found.path);
  const member = await readPyproject(join(directory, 'pyproject.toml'));
  if (member === undefined) {
    if (found.path.split('/').at(-1)?.startsWith('.') === true || (await onlyCaches(directory))) return undefined;
    throw new ToolError('WORKSPACE_INVALID', `workspace member ${found.path} has no pyproject.toml (it matches ${found.glob})`, {
      where: placeOf(root, ['tool', 'uv', 'workspace', 'members']),
      hint: `remove the directory, or add it to the exclude list: exclude = ["${found.path}"]`,
    });
  }
  if (!isTable(member.data.project)) {
    throw new ToolError('WORKSPACE_INVALID', `workspace member ${found.path} has no [project] table`, { where: { file: member.file } });
  }
  return member;
}

/** Whether there is nothing but empty directories and caches: a branch switch leaves them behind, a fresh clone has none of it. */
async function onlyCaches(directory: string): Promise<boolean> {
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isDirectory()) return false;
    if (entry.name !== '__pycache__' && entry.name !== '.venv' && !(await onlyCaches(join(directory, entry.name)))) return false;
  }
  return true;
}

function refuseNested(root: Pyproject, path: string, member: Pyproject): void {
  if (member === root || workspaceTable(member) === undefined) return;
  throw new ToolError('WORKSPACE_INVALID', `workspace member ${path} is a workspace itself`, {
    where: placeOf(member, ['tool', 'uv', 'workspace']),
    hint: `remove [tool.uv.workspace] there, or exclude the member: exclude = ["${path}"]`,
  });
}

/** Directories that a member pattern names, relative to `base`, sorted. */
async function expand(base: string, glob: string): Promise<readonly string[]> {
  if (glob === '') return ['.'];
  let found: readonly string[] = [''];
  for (const step of glob.split('/')) {
    const next = await Promise.all(found.map((prefix) => expandStep(base, prefix, step)));
    found = [...new Set(next.flat())];
  }
  return [...found].filter((path) => path !== '').sort();
}

async function expandStep(base: string, prefix: string, step: string): Promise<readonly string[]> {
  const path = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`);
  if (step === '**') return [prefix, ...(await below(base, prefix))];
  if (!hasGlob(step)) return (await isDirectory(join(base, path(step)))) ? [path(step)] : [];
  const matcher = globToRegExp(step);
  const names = await directoriesIn(join(base, prefix));
  return names.filter((name) => matcher.test(name)).map(path);
}

async function below(base: string, prefix: string): Promise<readonly string[]> {
  const names = await directoriesIn(join(base, prefix));
  const paths = names.filter((name) => !skippedBelow.has(name)).map((name) => (prefix === '' ? name : `${prefix}/${name}`));
  return [...paths, ...(await Promise.all(paths.map((path) => below(base, path)))).flat()];
}

/** Never hold a project. */
const skippedBelow: ReadonlySet<string> = new Set(['.git', '__pycache__']);

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function directoriesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const checks = entries.map(async (entry) => {
    if (entry.isSymbolicLink()) return isDirectory(join(directory, entry.name));
    return entry.isDirectory();
  });
  const directories = await Promise.all(checks);
  return entries.filter((_, index) => directories[index]).map((entry) => entry.name);
}
