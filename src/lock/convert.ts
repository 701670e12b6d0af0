import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isTable } from '../project/index.ts';
import type { Project } from '../project/types.ts';
import { condaCommand } from './conda.ts';

/** Lock files and lists of other tools that are not read here, with the command that makes one that is. The first that exists counts. */
interface Foreign {
  readonly name: string;
  readonly command: (file: string, project: Project) => string | Promise<string>;
}

const compile = (source: string): string => `uv pip compile --universal --generate-hashes ${source} -o requirements.txt`;

const foreign: readonly Foreign[] = [
  // migrate-to-uv keeps every locked version of Poetry and Pipenv, and runs uv lock itself.
  { name: 'poetry.lock', command: () => 'uvx migrate-to-uv' },
  { name: 'pdm.lock', command: pdmCommand },
  { name: 'Pipfile.lock', command: () => 'uvx migrate-to-uv' },
  { name: 'Pipfile', command: () => 'uvx migrate-to-uv' },
  { name: 'conda-lock.yml', command: async (file) => await condaCommand(path.join(path.dirname(file), 'environment.yml')) },
  { name: 'environment.yml', command: condaCommand },
  { name: 'environment.yaml', command: condaCommand },
  { name: 'requirements.in', command: () => compile('requirements.in') },
];

/** What lies in a project without a lock, and the command that makes a lock of it. `found` is a file's name, undefined if there is nothing to convert. */
export async function conversion(project: Project): Promise<{ readonly found: string | undefined; readonly command: string }> {
  for (const { name, command } of foreign) {
    const file = path.join(project.directory, name);
    if ((await textOf(file)) !== undefined) return { found: name, command: await command(file, project) };
  }
  if (project.rootPyproject.text !== '') return { found: undefined, command: 'uv lock' };
  const setup = ['setup.cfg', 'setup.py'].map((name) => [name, textOf(path.join(project.directory, name))] as const);
  for (const [name, text] of setup) if ((await text) !== undefined) return { found: name, command: compile(name) };
  return { found: undefined, command: 'uv init --bare && uv add PACKAGE' };
}

/**
 * PDM exports all groups unless it is told not to, ends if it shall write hashes and something has none, and writes directories of the project with
 * all that lies above them on this machine.
 */
async function pdmCommand(file: string, project: Project): Promise<string> {
  const text = (await textOf(file)) ?? '';
  const [isDirectory, isGit] = [/^path = /m.test(text), /^git = /m.test(text)];
  const flags = [hasDevelopment(project) ? ' --prod' : '', isDirectory || isGit ? ' --no-hashes' : ''].join('');
  if (!isDirectory) return `uvx pdm export${flags} -o requirements.txt`;
  return `uvx pdm export${flags} | sed "s#^.* @ file://$PWD/#./#" > requirements.txt`;
}

function hasDevelopment({ rootPyproject: { data } }: Project): boolean {
  const pdm = isTable(data.tool) && isTable(data.tool.pdm) ? data.tool.pdm : {};
  return isTable(pdm['dev-dependencies']) || isTable(data['dependency-groups']);
}

async function textOf(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(() => undefined);
}
