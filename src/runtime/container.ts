import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { hexOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { parseConfig } from '../image/index.ts';
import { daemonSink, imageName } from '../sinks/index.ts';
import { readEnvironment } from './arguments.ts';
import { exitOf } from './child.ts';
import { type Engine, engineStatuses, startProblem } from './probe.ts';
import type { RunOptions, WritableDirectory } from './types.ts';

/** How a run ended: with the program's exit status, or with the reason why the engine could not begin it. */
export type EngineEnd = { readonly status: number } | { readonly problem: string };

/** Loads the image into Docker or Podman and runs it there. Throws DAEMON_UNREACHABLE, DAEMON_REFUSED, RUN_FAILED. */
export async function runWithEngine(engine: Engine, options: RunOptions): Promise<EngineEnd> {
  const { image, context, stdio = ['inherit', 'inherit', 'inherit'] } = options;
  const variables = await readEnvironment(options);
  const repository = runName(image.name);
  const reference = `${repository}:run-${hexOf(image.configDescriptor.digest).slice(0, 12)}`;
  await daemonSink(engine, context).put(image, { references: [reference], signal: context.signal });
  removeOlder(engine, { repository, reference, env: context.env });
  const terminal = stdio[0] === 'inherit' && process.stdin.isTTY === true && process.stdout.isTTY === true;
  const user = parseConfig(image.config, image.name).config?.User ?? '';
  const args = engineArguments({ engine, user, options, names: [...variables.keys()], reference, terminal });
  // Values go by inheritance: an argument can be read by every user of the machine.
  const env = { ...context.env, ...Object.fromEntries(variables) };
  const child = spawn(engine, args, { env, stdio: [...stdio] });
  const status = await exitOf(child, { kill: (name) => passOn(child, name), signal: context.signal, terminal });
  const asked = engineStatuses.has(status) && !context.signal.aborted;
  const problem = asked ? startProblem(engine, imageName(reference).full, context.env) : undefined;
  return problem === undefined ? { status } : { problem };
}

interface Older {
  readonly repository: string;
  readonly reference: string;
  readonly env: RunOptions['context']['env'];
}

/** Images of earlier runs would pile up with every build. One that is still running cannot be removed and stays. */
function removeOlder(engine: Engine, { repository, reference, env }: Older): void {
  const list = spawnSync(engine, ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', repository], {
    env: { ...env },
    encoding: 'utf8',
  });
  const own = imageName(reference).full;
  const prefix = imageName(`${repository}:run-`).full;
  const older = (list.stdout ?? '').split('\n').filter((name) => imageName(name).full.startsWith(prefix) && imageName(name).full !== own);
  if (older.length > 0) spawnSync(engine, ['image', 'rm', ...older], { env: { ...env }, stdio: 'ignore' });
}

export interface EngineInput {
  readonly engine: Engine;
  /** `User` of the image's configuration. */
  readonly user: string;
  readonly options: Pick<RunOptions, 'ports' | 'volumes' | 'readOnly' | 'writable' | 'args'>;
  /** Names of the variables that the command's own environment holds. */
  readonly names: readonly string[];
  readonly reference: string;
  readonly terminal: boolean;
}

/** The arguments of `docker run` or `podman run`. */
export function engineArguments({ engine, user, options, names, reference, terminal }: EngineInput): readonly string[] {
  const { ports = [], volumes = [], readOnly = false, writable = [], args = [] } = options;
  return [
    ...['run', '--rm', '--init=false', '--pull=never', ...(terminal ? ['--interactive', '--tty'] : ['--interactive'])],
    ...ports.flatMap(({ address, host, container }) => ['--publish', `${address === undefined ? '' : `${address}:`}${host}:${container}`]),
    ...names.flatMap((name) => ['--env', name]),
    ...volumes.flatMap(({ source, target, readOnly }) => ['--volume', `${source}:${target}${readOnly ? ':ro' : ''}`]),
    ...(readOnly ? readOnlyRoot({ engine, user }, writable) : []),
    imageName(reference).full,
    ...args,
  ];
}

function readOnlyRoot(input: Pick<EngineInput, 'engine' | 'user'>, writable: readonly WritableDirectory[]): string[] {
  const temporary = { path: '/tmp', mode: 0o1777, uid: 0, gid: 0 };
  const directories = [temporary, ...writable.filter(({ path }) => path !== '/tmp')];
  // Podman adds writable /run and /var/tmp of its own, which Docker does not have.
  const same = input.engine === 'podman' ? ['--read-only-tmpfs=false'] : [];
  return ['--read-only', ...same, ...directories.flatMap((directory) => temporaryMount(input, directory))];
}

/** Podman's tmpfs knows no owner but the run user; any other comes with a volume, which starts as the image's own directory. */
function temporaryMount({ engine, user }: Pick<EngineInput, 'engine' | 'user'>, { path, mode, uid, gid }: WritableDirectory): string[] {
  const octal = mode.toString(8).padStart(4, '0');
  if (engine === 'docker') return ['--tmpfs', `${path}:rw,exec,nosuid,nodev,mode=${octal},uid=${uid},gid=${gid}`];
  if (uid === 0 && gid === 0) return ['--tmpfs', `${path}:rw,exec,nosuid,nodev,mode=${octal}`];
  return user === `${uid}:${gid}` ? ['--mount', `type=tmpfs,destination=${path},tmpfs-mode=${octal},U=true`] : ['--volume', path];
}

/** Image names of a project may hold characters that a reference may not. */
function runName(name: string): string {
  const clean = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `wherry/${clean || 'image'}`;
}

function passOn(child: ChildProcess, signal: NodeJS.Signals): void {
  child.kill(signal);
}

/** The error for a runtime that was asked for but does not work. */
export function engineMissing(engine: Engine): ToolError {
  return new ToolError('DAEMON_UNREACHABLE', `${engine} is not installed or does not answer`, {
    hint: `check ${engine} info, or use another --with`,
  });
}
