import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { platformName } from '../platform.ts';
import { readEnvironment } from './arguments.ts';
import { exitOf } from './child.ts';
import { forwardPorts } from './forward.ts';
import { directoryInside } from './inside.ts';
import { mountScript } from './mounts.ts';
import { type Start, startOf } from './start.ts';
import type { RunOptions } from './types.ts';
import { unpackImage } from './unpack.ts';

/** Absolute paths of the host's util-linux programs. */
interface Tools {
  readonly unshare: string;
  readonly nsenter: string;
  readonly setpriv: string;
  readonly mount: string;
  readonly sh: string;
}

/** A process that keeps the mount namespace alive until its input is closed. */
interface Holder {
  readonly process: ChildProcess;
  readonly pid: number;
}

/**
 * Runs an image with `unshare` of util-linux: a test tool, **not isolation**. The image is unpacked into a throw-away directory; mounts live in a
 * namespace of their own and vanish with it; the network is the host's. As an ordinary user everything runs as that user, seen as uid 0.
 * Resolves with the exit status. Throws RUN_NO_RUNTIME, RUN_FAILED, IMAGE_INVALID.
 */
export async function runWithUnshare(options: RunOptions): Promise<number> {
  const { image, context, ports = [] } = options;
  const tools = unshareTools(context.env);
  requireOwnPlatform(options);
  const forwarder = await forwardPorts(ports.filter((port) => port.host !== port.container));
  // Only the owner may enter the outer directory, so that no set-uid file of the image is within reach of other users.
  const scratch = await mkdtemp(join(context.env.TMPDIR ?? '/var/tmp', 'wherry-run-'));
  const root = join(scratch, 'root');
  try {
    await mkdir(root);
    await chmod(root, 0o755);
    await unpackImage(image, { root, owners: isRoot(), signal: context.signal });
    await writeHostFiles(root);
    const variables = await readEnvironment(options);
    const start = await startOf({ image, root, args: options.args ?? [], variables });
    return await runInside({ options, tools, root, start });
  } finally {
    forwarder.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Why unshare cannot run the image here; undefined if it can be tried. */
export function unshareProblem({ image, context }: Pick<RunOptions, 'image' | 'context'>): string | undefined {
  try {
    requireOwnPlatform({ image });
    unshareTools(context.env);
    return undefined;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
}

interface Inside {
  readonly options: RunOptions;
  readonly tools: Tools;
  readonly root: string;
  readonly start: Start;
}

async function runInside({ options, tools, root, start }: Inside): Promise<number> {
  const { volumes = [], readOnly = false, writable = [], context, stdio = ['inherit', 'inherit', 'inherit'] } = options;
  const workdir = directoryInside(root, start.workdir).slice(root.length) || '/';
  const script = mountScript({ root, mount: tools.mount, privileged: isRoot(), readOnly, writable, volumes });
  const holder = await holdMounts(tools, script);
  try {
    const child = spawn(tools.setpriv, enterArguments({ tools, holder, root, start, workdir }), {
      env: { ...start.env },
      stdio: [...stdio],
    });
    const kill = (signal: NodeJS.Signals) => killFirst(child, signal);
    return await exitOf(child, { kill, signal: context.signal, terminal: stdio[0] === 'inherit' && process.stdin.isTTY === true });
  } finally {
    await release(holder);
  }
}

interface Entry {
  readonly tools: Tools;
  readonly holder: Holder;
  readonly root: string;
  readonly start: Start;
  readonly workdir: string;
}

/** The image's variables are the environment of this whole chain, so that no value is ever an argument. */
function enterArguments({ tools, holder, root, start, workdir }: Entry): string[] {
  const user = isRoot() ? [`--setgid=${start.gid}`, `--setuid=${start.uid}`] : [];
  const namespaces = isRoot() ? ['--mount'] : ['--preserve-credentials', '--user', '--mount'];
  return [
    ...['--pdeathsig', 'KILL', '--', tools.nsenter, `--target=${holder.pid}`, ...namespaces, '--'],
    ...[tools.unshare, '--mount', '--pid', '--fork', '--kill-child', '--uts', '--ipc', '--propagation=unchanged'],
    ...[`--root=${root}`, `--wd=${workdir}`, '--mount-proc=/proc', ...user, '--', ...start.command],
  ];
}

/** Makes the mounts; throws RUN_FAILED with the message of `mount`. */
function holdMounts(tools: Tools, script: string): Promise<Holder> {
  const user = isRoot() ? [] : ['--user', '--map-root-user'];
  const child = spawn(tools.unshare, [...user, '--mount', '--propagation=private', '--', tools.sh, '-s'], {
    env: { PATH: systemPath, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C must reach the container first, and the mounts last.
    detached: true,
  });
  child.stdin.write(script);
  return new Promise((resolve, reject) => {
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    child.stdout.once('data', () => resolve({ process: child, pid: child.pid ?? 0 }));
    child.once('error', (cause) => reject(noNamespaces(String(cause), cause)));
    child.once('close', () => reject(noNamespaces(complaint.trim())));
  });
}

async function release(holder: Holder): Promise<void> {
  const closed = new Promise((resolve) => holder.process.once('close', resolve));
  holder.process.stdin?.end();
  await closed;
}

/** The container's first process is the child of our child; `unshare` itself ignores what a terminal sends. */
function killFirst(child: ChildProcess, signal: NodeJS.Signals): void {
  const first = readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && parentOf(pid) === child.pid);
  if (first !== undefined) process.kill(Number(first), signal);
  else child.kill(signal);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** Copies of the host's name service files: a link in the image must not lead a mount elsewhere. */
async function writeHostFiles(root: string): Promise<void> {
  const etc = directoryInside(root, 'etc');
  for (const name of ['resolv.conf', 'hosts', 'hostname']) {
    const content = await readFile(`/etc/${name}`).catch(() => undefined);
    if (content === undefined) continue;
    await rm(join(etc, name), { force: true });
    await writeFile(join(etc, name), content, { flag: 'wx', mode: 0o644 });
  }
}

const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';

function unshareTools(env: Readonly<Record<string, string | undefined>>): Tools {
  const directories = `${systemPath}:${env.PATH ?? ''}`.split(':').filter((directory) => directory.startsWith('/'));
  const find = (name: string) => {
    const found = directories.map((directory) => join(directory, name)).find(isExecutable);
    if (found !== undefined) return found;
    throw new ToolError('RUN_NO_RUNTIME', `cannot run the image with unshare: ${name} is not on this machine`, {
      hint: 'install util-linux, or use --with docker or --with podman',
    });
  };
  return { unshare: find('unshare'), nsenter: find('nsenter'), setpriv: find('setpriv'), mount: find('mount'), sh: find('sh') };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function requireOwnPlatform({ image }: Pick<RunOptions, 'image'>): void {
  const own = `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`;
  if (platformName(image.platform) === own) return;
  throw new ToolError(
    'RUN_NO_RUNTIME',
    `cannot run ${image.name} with unshare: the image is for ${platformName(image.platform)}, this is ${own}`,
    {
      hint: 'use --with docker or --with podman',
    },
  );
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function noNamespaces(reason: string, cause?: unknown): ToolError {
  return new ToolError('RUN_FAILED', 'cannot prepare the container with unshare', {
    details: reason === '' ? [] : [reason],
    hint: 'run as root, allow user namespaces, or use --with docker or --with podman',
    cause,
  });
}
