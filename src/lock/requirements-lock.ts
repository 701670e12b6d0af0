import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ToolError } from '../errors/index.ts';
import type { IndexOptions } from '../index-options.ts';
import type { Project } from '../project/types.ts';
import type { PinnedLock } from './pinned.ts';
import { gitTop } from './requirements/boundary.ts';
import { pinsOf, type RequirementPin, type Unpinned } from './requirements/pinned.ts';
import { placeName, readRequirements } from './requirements/read.ts';

/** Requirements as a list of pins, whose files an index may have to tell yet. */
export interface RequirementsLock extends PinnedLock {
  readonly format: 'requirements';
  readonly pins: readonly RequirementPin[];
  readonly indexes: IndexOptions;
}

/**
 * Reads requirements files (absolute paths) that pin every package. Errors: REQUIREMENTS_MISSING, REQUIREMENTS_INVALID, REQUIREMENTS_CONFLICT,
 * REQUIREMENTS_UNHASHED, and REQUIREMENTS_UNPINNED with the command that pins them.
 */
export async function readRequirementsLock(
  files: readonly string[],
  { project, env }: { readonly project: Project; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<RequirementsLock> {
  const boundary = (await gitTop(project.root)) ?? project.root;
  const set = await readRequirements(files, { boundary, env });
  const { pins, unpinned } = await pinsOf(set, { directory: project.directory, root: project.root });
  const [file = project.directory] = files;
  if (unpinned.length > 0) throw await unpinnedError(unpinned, project);
  const regenerate = await compileCommand(file, project);
  return {
    kind: 'pinned',
    format: 'requirements',
    file,
    label: files.map((name) => path.basename(name)).join(', '),
    regenerate,
    requiresPython: undefined,
    environments: [],
    extras: [],
    groups: [],
    defaultGroups: [],
    pins,
    notes: set.notes,
    indexes: {
      ...set.indexes,
      logins: pins.flatMap(({ login, where }) => (login === undefined ? [] : [{ url: login, origin: placeName(where) }])),
    },
  };
}

const mostShown = 5;

async function unpinnedError(unpinned: readonly Unpinned[], project: Project): Promise<ToolError> {
  const [first] = unpinned as [Unpinned, ...Unpinned[]];
  const shown = unpinned.slice(0, mostShown).map(({ line, reason }) => `${placeName(line.where)}: ${nameIn(line.text)} ${reason}`);
  const rest = unpinned.length - shown.length;
  const files = [...new Set(unpinned.filter(({ line }) => !line.editable).map(({ line }) => line.where.file))];
  const commands = await Promise.all(files.map((file) => compileCommand(file, project)));
  const compile = commands.length === 0 ? [] : [`run ${commands.join(' && ')}`];
  const remove = unpinned.some(({ line }) => line.editable) ? [editableHint(unpinned)] : [];
  const message = `${unpinned.length === 1 ? 'a requirement does' : `${unpinned.length} requirements do`} not say exactly what to install`;
  return new ToolError('REQUIREMENTS_UNPINNED', message, {
    where: first.line.where,
    details: [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])],
    hint: [...remove, ...compile].join('; then '),
  });
}

/** What a line is about, without credentials. */
function nameIn(text: string): string {
  return (
    /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[\w., -]*\])?(?=\s*(?:[<>=!~;@(]|$))/.exec(text)?.[0] ??
    (/^\.{0,2}\/?[\w./-]*$/.test(text) ? text : 'the line')
  );
}

function editableHint(unpinned: readonly Unpinned[]): string {
  const own = unpinned.some(({ line }) => line.editable && line.text === '.');
  return own
    ? 'remove the line -e . (the source of the project is in the image anyway), or write . to install it as a package'
    : 'write the path without -e, to install it as a package';
}

/** The command that writes a file with exact versions and hashes: from the .in file beside it, which is made of it if there is none. */
async function compileCommand(file: string, { directory, pythonVersion }: Project): Promise<string> {
  const name = path.relative(directory, file).split(path.sep).join('/');
  const source = name.replace(/(?:\.txt|\.lock)?$/, '.in');
  const [, minor] = /^(?:cpython-?|python)?(3\.\d+)/.exec(pythonVersion?.text ?? '') ?? [];
  const python = minor === undefined ? '' : ` --python-version ${minor}`;
  const isThere = (await stat(path.join(directory, source)).catch(() => undefined)) !== undefined;
  return `${isThere ? '' : `mv ${name} ${source} && `}uv pip compile --universal --generate-hashes${python} ${source} -o ${name}`;
}
