import { existsSync, globSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from './execute.ts';

/** The checkout. */
export const root = join(import.meta.dirname, '../..');
export const uv = join(root, '.cache/venv/bin/uv');

export interface BuildOptions {
  readonly project: string;
  /** Directory of the store. */
  readonly store: string;
  readonly args?: readonly string[];
  /** Added to the environment of this process; an undefined value removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The program; the sources on the project's Node if it is not given. */
  readonly command?: readonly string[];
}

/** What `wherry build --json` prints. */
export interface Built {
  readonly digest: string;
  readonly layers: number;
  readonly reused: number;
}

/** Runs `wherry build --json`, which may write wherry.lock, and gives what it prints. */
export async function build({ project, store, args = [], env = {}, command = [join(root, 'bin/wherry')] }: BuildOptions): Promise<Built> {
  const whole = { ...process.env, CI: undefined, WHERRY_CACHE_DIR: store, ...env };
  return JSON.parse(await execute([...command, 'build', project, '--json', ...args], { env: whole })) as Built;
}

/** Makes uv.lock where it is missing or older than what it is made from; `exclude-newer` of the project keeps it the same. */
export async function lock(project: string): Promise<void> {
  if (!existsSync(uv)) await execute([join(root, 'scripts/setup-python')]);
  const file = join(project, 'uv.lock');
  const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync('{pyproject.toml,*/*/pyproject.toml}', { cwd: project });
  if (sources.every((source) => statSync(join(project, source)).mtimeMs <= made)) return;
  await execute([uv, 'lock', '--quiet', '--no-python-downloads'], { cwd: project });
  // uv leaves a file as it is that says the same already.
  utimesSync(file, new Date(), new Date());
}
