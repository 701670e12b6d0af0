import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from '../test/e2e/execute.ts';
import { lock, root, uv } from '../test/e2e/product.ts';
import { indexTable, lockThroughServer } from './files.ts';

/** A project that is measured. */
export interface BenchProject {
  /** Below the checkout; also its name in reports. */
  readonly directory: string;
  /** A source file, appended to for the source change. */
  readonly source: string;
  /** The start command of the Dockerfile. */
  readonly command: readonly string[];
  /** Python that starts the project and has it answer once, if its start is measured. */
  readonly firstRequest?: string;
  /** A dependency of middling size, as it stands in pyproject.toml, and the versions that it is set to, one after the other. */
  readonly bump: { readonly requirement: string; readonly versions: readonly string[] };
}

/** Starts the site and serves one request in the process itself, without a port. */
const firstRequest = `
import os, sys
os.chdir("/app")
sys.path.insert(0, "/app")
from wsgiref.util import setup_testing_defaults
from config.wsgi import application
environ = {"PATH_INFO": "/api/schema/"}
setup_testing_defaults(environ)
answers = []
body = b"".join(application(environ, lambda status, headers: answers.append(status)))
assert answers == ["200 OK"], (answers, body[:500])
`;

export const site: BenchProject = {
  directory: 'examples/django-site',
  source: 'notes/views.py',
  command: ['gunicorn', 'config.wsgi'],
  firstRequest,
  bump: { requirement: 'pillow>=11', versions: ['12.3.0', '12.2.0', '12.1.1', '12.1.0', '12.0.0', '11.3.0', '11.2.1', '11.1.0', '11.0.0'] },
};

export const service: BenchProject = {
  directory: 'bench/projects/service',
  source: 'src/service/model.py',
  command: ['service'],
  bump: {
    requirement: 'sqlalchemy>=2.0.40',
    versions: ['2.1.5', '2.1.4', '2.1.3', '2.1.2', '2.1.1', '2.1.0', '2.0.58', '2.0.57', '2.0.56'],
  },
};

/** What uv works from: both files of one moment. */
export interface State {
  readonly pyproject: string;
  readonly lock: string;
}

export interface PreparedProject extends BenchProject {
  /** A clean copy with the first state in it. */
  readonly template: string;
  /** The project as it is, then once per bump. Every URL is one of the file server. */
  readonly states: readonly State[];
}

export interface PrepareOptions {
  readonly work: string;
  /** Of the file server. */
  readonly origin: string;
  readonly bumps: number;
}

/** Copies a project and makes its locks. */
export async function prepareProject(project: BenchProject, { work, origin, bumps }: PrepareOptions): Promise<PreparedProject> {
  const { directory, bump } = project;
  await lock(join(root, directory));
  const template = join(work, 'template');
  await cp(join(root, directory), template, { recursive: true, filter: (path) => !excluded.test(path) });
  const first = await readState(template);
  const states = [first];
  for (const version of bump.versions.slice(0, bumps)) states.push(await bumpedState(first, { project, version, work }));
  const moved = states.map((state) => served(state, origin));
  await writeState(template, moved[0] as State);
  return { ...project, template, states: moved };
}

const excluded = /\/(?:\.venv|__pycache__|wherry\.lock)(?:\/|$)/;

async function bumpedState(
  state: State,
  { project, version, work }: { readonly project: BenchProject; readonly version: string; readonly work: string },
): Promise<State> {
  const { requirement } = project.bump;
  const directory = join(work, 'bumped', version);
  await mkdir(directory, { recursive: true });
  if (!state.pyproject.includes(`"${requirement}"`)) throw new Error(`${project.directory} does not need ${requirement}`);
  const pinned = `"${requirement.split('>=')[0]}==${version}"`;
  await writeState(directory, { ...state, pyproject: state.pyproject.replace(`"${requirement}"`, pinned) });
  await execute([uv, 'lock', '--quiet', '--no-python-downloads'], { cwd: directory });
  return await readState(directory);
}

/** The same state, served by the file server. */
function served({ pyproject, lock: text }: State, origin: string): State {
  const moved = lockThroughServer(text, origin);
  return { pyproject: pyproject + indexTable(moved), lock: moved };
}

async function readState(directory: string): Promise<State> {
  const [pyproject, text] = await Promise.all(['pyproject.toml', 'uv.lock'].map((name) => readFile(join(directory, name), 'utf8')));
  return { pyproject: pyproject as string, lock: text as string };
}

/** Puts a project into a state. */
export async function writeState(directory: string, { pyproject, lock: text }: State): Promise<void> {
  await writeFile(join(directory, 'pyproject.toml'), pyproject);
  await writeFile(join(directory, 'uv.lock'), text);
}
