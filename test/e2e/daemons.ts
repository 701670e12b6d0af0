import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, type Started, start, until } from './command.ts';

/** A daemon of the test's own; nothing is shared with the machine's. */
export interface Daemon {
  readonly socket: string;
  stop(): Promise<void>;
}

/** Whether the kernel can stack directories here; inside of many containers it cannot, and each layer must be a whole copy. */
export async function canStack(directory: string): Promise<boolean> {
  const at = (name: string) => join(directory, 'stack', name);
  for (const name of ['lower', 'upper', 'work', 'merged']) await mkdir(at(name), { recursive: true });
  const options = `lowerdir=${at('lower')},upperdir=${at('upper')},workdir=${at('work')}`;
  const { status } = await start(['mount', '-t', 'overlay', '-o', options, 'overlay', at('merged')]).ended;
  if (status === 0) await run(['umount', at('merged')]);
  return status === 0;
}

/** containerd without Kubernetes' plugin. */
export async function startContainerd(directory: string): Promise<Daemon> {
  await mkdir(directory, { recursive: true });
  const socket = join(directory, 'containerd.sock');
  const config = join(directory, 'config.toml');
  await writeFile(config, `version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n`);
  const daemon = start([
    'containerd',
    '--config',
    config,
    '--address',
    socket,
    '--root',
    join(directory, 'root'),
    '--state',
    join(directory, 'state'),
  ]);
  return ready(daemon, socket, ['ctr', '--address', socket, 'version']);
}

/** dockerd in a network namespace of its own: without a bridge it would remove the one of the machine's daemon. */
export async function startDocker(directory: string): Promise<Daemon> {
  await mkdir(directory, { recursive: true });
  const socket = join(directory, 'docker.sock');
  const flags = [
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    `--storage-driver=${(await canStack(directory)) ? 'overlay2' : 'vfs'}`,
  ];
  const places = [
    `--data-root=${directory}/data`,
    `--exec-root=${directory}/exec`,
    `--pidfile=${directory}/docker.pid`,
    `--host=unix://${socket}`,
  ];
  const daemon = start(['unshare', '--net', '--', 'dockerd', ...flags, ...places]);
  return ready(daemon, socket, ['docker', '--host', `unix://${socket}`, 'version']);
}

async function ready(daemon: Started, socket: string, probe: readonly string[]): Promise<Daemon> {
  let ended = false;
  void daemon.ended.then(() => {
    ended = true;
  });
  await until(`an answer at ${socket}`, async () => {
    if (ended) throw new Error(`the daemon ended: ${(await daemon.ended).err}`);
    return (await start(probe).ended).status === 0;
  });
  const stop = async () => {
    daemon.kill('SIGTERM');
    await daemon.ended;
  };
  return { socket, stop };
}

/** Removes a directory with everything that engines left mounted below it. */
export async function removeMounted(directory: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${directory}/`)).reverse()) await run(['umount', mount]);
  await rm(directory, { recursive: true, force: true });
}

/** Variables that give Podman a store of its own and settings which work inside of containers too. */
export async function podmanEnvironment(directory: string): Promise<Record<string, string>> {
  await mkdir(directory, { recursive: true });
  const storage = join(directory, 'storage.conf');
  const containers = join(directory, 'containers.conf');
  await writeFile(
    storage,
    `[storage]\ndriver = "${(await canStack(directory)) ? 'overlay' : 'vfs'}"\ngraphroot = "${directory}/graph"\nrunroot = "${directory}/run"\n`,
  );
  const limits = 'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]';
  await writeFile(containers, `[containers]\nnetns = "host"\n${limits}\n[engine]\ncgroup_manager = "cgroupfs"\nruntime = "runc"\n`);
  return { CONTAINERS_STORAGE_CONF: storage, CONTAINERS_CONF: containers };
}

/** Podman's service over a store that `podmanEnvironment` made. */
export async function startPodman(directory: string, env: Readonly<Record<string, string>>): Promise<Daemon> {
  const socket = join(directory, 'podman.sock');
  const daemon = start(['podman', 'system', 'service', '--time=0', `unix://${socket}`], { env });
  return ready(daemon, socket, ['podman', '--url', `unix://${socket}`, 'version']);
}

/** One line with the version of each peer. */
export async function versions(commands: readonly (readonly string[])[]): Promise<string> {
  const lines = await Promise.all(commands.map(async (command) => `${command[0]}: ${(await run(command)).trim().split('\n')[0]}`));
  return lines.join('\n');
}
