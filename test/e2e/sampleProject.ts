import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Outcome, run, type Started, start } from './command.ts';
import { root, uv as uvProgram } from './product.ts';

/** Kept between runs: what is tested here is what comes out, not what is downloaded. */
export const sharedStore = join(root, '.cache/e2e/store');
/** Locks stay the same although the index grows. */
export const excludeNewer = '[tool.uv]\nexclude-newer = "2026-11-01T00:00:00Z"\n';

/** Runs uv in a directory, without downloading interpreters. */
export async function uv(directory: string, ...args: readonly string[]): Promise<void> {
  if (!existsSync(uvProgram)) await run([join(root, 'scripts/setup-python')]);
  await run([uvProgram, ...args], { cwd: directory, env: { UV_PYTHON_DOWNLOADS: 'never', VIRTUAL_ENV: '' } });
}

/** Text files by their path below a directory. */
export async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}

/** Starts Wherry as a person does; `wrap` may put it into a program that becomes it. */
export function startWherry(args: readonly string[], options: WherryOptions = {}): Started {
  const command = [join(root, 'bin/wherry'), ...args];
  const env = { CI: '', WHERRY_CACHE_DIR: sharedStore, ...options.env };
  return start(options.wrap?.(command) ?? command, { env });
}

export interface WherryOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly wrap?: (command: readonly string[]) => readonly string[];
}

/** Runs Wherry to its end; throws with its words if it fails. */
export async function wherry(args: readonly string[], options: WherryOptions = {}): Promise<Outcome> {
  const outcome = await startWherry(args, options).ended;
  if (outcome.status !== 0) throw new Error(`wherry ${args.join(' ')} ended with ${outcome.status}:\n${outcome.out}${outcome.err}`);
  return outcome;
}
