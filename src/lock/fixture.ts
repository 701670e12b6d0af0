import path from 'node:path';
import { parse } from 'smol-toml';
import { normalizeName } from '../packaging/index.ts';
import type { Member, Project, Pyproject } from '../project/types.ts';
import { tableAt, textAt } from './table.ts';

/** A project made of pyproject texts by directory, as `readProject` would give it; for tests. */
export function projectOf(files: Readonly<Record<string, string>>, root = '/work'): Project {
  const rootPyproject = pyprojectOf(files, '.', root);
  const directories = Object.keys(files).filter((directory) => parse(files[directory] ?? '').project !== undefined);
  const members = directories
    .map((directory) => memberOf(pyprojectOf(files, directory, root), directory))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const member = members.find((one) => one.path === '.');
  const name = member?.name ?? 'work';
  return { root, directory: root, name, member, members, rootPyproject, pythonVersion: undefined, startSignals: [] };
}

function pyprojectOf(files: Readonly<Record<string, string>>, directory: string, root: string): Pyproject {
  const text = files[directory] ?? '';
  return { file: path.join(root, directory, 'pyproject.toml'), text, data: parse(text) };
}

function memberOf(pyproject: Pyproject, directory: string): Member {
  const { data } = pyproject;
  return {
    name: normalizeName(textAt(data, 'project', 'name') ?? ''),
    path: directory,
    pyproject,
    version: textAt(data, 'project', 'version'),
    isPackage: Object.keys(tableAt(data, 'build-system')).length > 0,
    backend: textAt(data, 'build-system', 'build-backend'),
  };
}
