import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { parseConfig } from '../image/index.ts';
import { readEnvironment } from './arguments.ts';
import { exitOf } from './child.ts';
import { forwardPorts } from './forward.ts';
import { type Holder, holdMounts, releaseMounts } from './holder.ts';
import { directoryInside } from './inside.ts';
import { mountScript } from './mounts.ts';
import { firstProcess, sendSignal } from './processes.ts';
import { scratchDirectory } from './scratch.ts';
import { type Start, startOf } from './start.ts';
import { isRoot, requirePlatform, type Tools, unshareTools } from './tools.ts';
import type { RunOptions, Stdio, WritableDirectory } from './types.ts';
import { unpackImage } from './unpack.ts';

/**
 * Runs an image with `unshare` of util-linux: a test tool, **not isolation**. The image is unpacked into a throw-away directory; mounts live in a
 * namespace of their own and vanish with it; the network is the host's. As an ordinary user everything runs as that user, seen as uid 0.
 * Resolves with the exit status. Throws RUN_NO_RUNTIME, RUN_FAILED, IMAGE_INVALID.
 */
export async function runWithUnshare(options: RunOptions): Promise<number> {
  const { image, context } = options;
  const tools = unshareTools(context.env);
  requirePlatform(options);
  // Only the owner may enter the outer directory, so that no set-uid file of the image is within reach of other users.
  const scratch = await scratchDirectory(context.env.TMPDIR ?? '/var/tmp');
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
    await removeScratch(scratch, context);
  }
}

/** What the container left unremovable must not hide its exit status; the next run tries again. */
async function removeScratch(scratch: string, context: Context): Promise<void> {
  try {
    await rm(scratch, { recursive: true, force: true });
  } catch (error) {
    context.emit({ type: 'warning', message: `cannot remove ${scratch}: ${(error as Error).message}` });
  }
}

interface Inside {
  readonly options: RunOptions;
  readonly tools: Tools;
  readonly root: string;
  readonly start: Start;
}

async function runInside({ options, tools, root, start }: Inside): Promise<number> {
  const { ports = [], volumes = [], readOnly = false, writable = [], context, stdio = ['inherit', 'inherit', 'inherit'] } = options;
  const workdir = directoryInside(root, start.workdir).slice(root.length) || '/';
  const declared = [...writable, ...imageVolumes(options, root)];
  const script = mountScript({ root, mount: tools.mount, privileged: isRoot(), readOnly, writable: declared, volumes });
  const forwarder = await forwardPorts(ports.filter((port) => port.host !== port.container));
  try {
    const holder = await holdMounts(tools, script);
    try {
      return await runHeld({ tools, holder, root, start, workdir, stdio, signal: context.signal });
    } finally {
      await releaseMounts(holder);
    }
  } finally {
    forwarder.close();
  }
}

/** The image's own volumes, which Docker and Podman keep writable too; each as the image's directory. */
function imageVolumes({ image, writable = [] }: RunOptions, root: string): WritableDirectory[] {
  const paths = Object.keys(parseConfig(image.config, image.name).config?.Volumes ?? {});
  const others = paths.filter((path) => path !== '/' && !writable.some((directory) => directory.path === path));
  return others.map((path) => {
    const { mode, uid, gid } = statSync(directoryInside(root, path));
    return { path, mode: mode & 0o7777, uid, gid };
  });
}

interface Held extends Entry {
  readonly stdio: readonly [Stdio, Stdio, Stdio];
  readonly signal: AbortSignal;
}

async function runHeld({ stdio, signal, ...entry }: Held): Promise<number> {
  const child = spawn(entry.tools.setpriv, enterArguments(entry), { env: { ...entry.start.env }, stdio: [...stdio] });
  const first = firstProcess(child);
  const kill = (name: NodeJS.Signals) => first.then((pid) => sendSignal(pid ?? child.pid, name));
  const terminal = stdio[0] === 'inherit' && process.stdin.isTTY === true;
  return await exitOf(child, { kill, signal, terminal });
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

/** Copies of the host's name service files: a link in the image must not lead a mount elsewhere. */
async function writeHostFiles(root: string): Promise<void> {
  const etc = directoryInside(root, 'etc');
  for (const name of ['resolv.conf', 'hosts', 'hostname']) {
    const content = await readFile(`/etc/${name}`).catch(() => undefined);
    if (content === undefined) continue;
    await rm(join(etc, name), { recursive: true, force: true });
    await writeFile(join(etc, name), content, { flag: 'wx', mode: 0o644 });
  }
}
