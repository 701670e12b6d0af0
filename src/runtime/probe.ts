import { spawnSync } from 'node:child_process';
import type { RunOptions } from './types.ts';

export type Engine = 'docker' | 'podman';

type Environment = RunOptions['context']['env'];

/** Whether the engine's command line works and reaches its daemon. That does not mean that it can start containers. */
export function engineWorks(engine: Engine, env: Environment): boolean {
  const args = engine === 'docker' ? ['version', '--format', '{{.Server.Version}}'] : ['info', '--format', '{{.Host.Arch}}'];
  return spawnSync(engine, args, { env: { ...env }, stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/** Exit statuses that engines use for failures of their own; a program may use them too. */
export const engineStatuses: ReadonlySet<number> = new Set([125, 126, 127]);

/** A program that no image has: an engine that looks for it has prepared a whole container. */
const missingProgram = '/wherry-asks-for-a-program-that-no-image-has';

/**
 * Why the engine cannot start any container of an image that it has, in its own words; undefined if it can. Tells an engine's own failure from a
 * program that ended with the same status.
 */
export function startProblem(engine: Engine, reference: string, env: Environment): string | undefined {
  const args = ['run', '--rm', '--pull=never', `--entrypoint=${missingProgram}`, reference];
  const { stderr, error } = spawnSync(engine, args, {
    env: { ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error !== undefined) return error.message;
  return stderr.includes(missingProgram) ? undefined : complaintOf(stderr);
}

/** The line that says what is wrong, without the program's name and log format. */
function complaintOf(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const errors = lines.filter((line) => /\berror\b/i.test(line));
  const line = errors.at(-1) ?? lines.findLast((line) => line !== '') ?? 'it gives no reason';
  return line.replace(/^(?:docker|podman): /, '').replace(/^Error(?: response from daemon)?: /, '');
}
