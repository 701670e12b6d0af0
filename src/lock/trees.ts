import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'smol-toml';
import type { Project, Pyproject, TomlTable } from '../project/types.ts';
import type { LocalTree, LocalTrees } from './local-trees.ts';
import { sourcesOf } from './scope.ts';
import { isTable, tableAt, Unreadable } from './table.ts';
import type { Lock } from './types.ts';

/** Reads what stands at every path that the project's sources or the lock's packages name. */
export async function readTrees(project: Project, lock: Lock): Promise<LocalTrees> {
  const members = new Set(project.members.map((member) => path.resolve(project.root, member.path)));
  const trees = new Map<string, LocalTree>();
  const queue = [...sourcePaths(project.rootPyproject), ...project.members.flatMap(({ pyproject }) => sourcePaths(pyproject))];
  for (const { source } of lock.packages) if ('directory' in source) queue.push(path.resolve(project.root, source.directory));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (members.has(next) || trees.has(next)) continue;
    const tree = await readTree(next, project.root);
    if (tree === undefined) continue;
    trees.set(next, tree);
    if (tree.kind === 'directory' && tree.pyproject !== undefined) queue.push(...sourcePaths(tree.pyproject));
  }
  return trees;
}

/** Paths in `[tool.uv.sources]` and `file:` requirements are rare enough to be read by name only. */
function sourcePaths(pyproject: Pyproject): readonly string[] {
  const directory = path.dirname(pyproject.file);
  try {
    const sources = [...sourcesOf(pyproject).values()].flat();
    return sources.flatMap((source) =>
      typeof source.path === 'string' && source.git === undefined ? [path.resolve(directory, source.path)] : [],
    );
  } catch (error) {
    // The comparison reports the same problem with its place.
    if (error instanceof Unreadable) return [];
    throw error;
  }
}

async function readTree(directory: string, root: string): Promise<LocalTree | undefined> {
  const found = await stat(directory).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return { kind: 'file' };
  const pyproject = await readPyproject(path.join(directory, 'pyproject.toml'));
  return { kind: 'directory', pyproject, inWorkspace: await isInWorkspace(directory, root) };
}

async function isInWorkspace(directory: string, root: string): Promise<boolean> {
  for (let above = path.dirname(directory); above !== path.dirname(above); above = path.dirname(above)) {
    if (above === root) return false;
    const pyproject = await readPyproject(path.join(above, 'pyproject.toml'));
    if (pyproject !== undefined && isTable(tableAt(pyproject.data, 'tool', 'uv').workspace)) return true;
  }
  return false;
}

async function readPyproject(file: string): Promise<Pyproject | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const data = text === undefined ? undefined : tolerantToml(text);
  return text === undefined || data === undefined ? undefined : { file, text, data };
}

function tolerantToml(text: string): TomlTable | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
