import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, until } from '../test/e2e/command.ts';
import { atEnd } from './endings.ts';
import { measured, writtenBytes } from './measured.ts';
import type { Sample } from './types.ts';

const checkout = join(import.meta.dirname, '..');
const system = join(checkout, '.cache/docker/root');

/** Makes the daemon's file system in a mount namespace of its own, so that every mount vanishes with the daemon. */
const enterSystem = `set -e
mount --bind "$0" "$0"; mount -t proc proc "$0/proc"; mount --rbind /sys "$0/sys"; mount --rbind /dev "$0/dev"; mount -t tmpfs tmpfs "$0/run"
mkdir -p "$0/w" "$0/data"; mount --bind "$1/w" "$0/w"; mount --bind "$1/data" "$0/data"
shift; exec chroot "$0" "$@"`;

/** A Docker daemon with data of its own, that nobody else uses. */
export interface Docker {
  /** Directory that the daemon and its client see as /w. */
  readonly shared: string;
  /** Runs the client to its end; gives its stdout. */
  docker(args: readonly string[]): Promise<string>;
  /** The same, measured: CPU and bytes written are of the client, the daemons and the containers. */
  measured(args: readonly string[]): Promise<Sample>;
}

/** Starts a daemon over an empty directory, which is removed when the benchmark ends. Builds use the machine's network: everything they fetch is on loopback. */
export async function startDocker(directory: string): Promise<Docker> {
  await run([join(checkout, 'scripts/setup-docker')]);
  const shared = join(directory, 'w');
  for (const name of ['w', 'data']) await mkdir(join(directory, name), { recursive: true });
  await mkdir(join(system, 'etc/docker'), { recursive: true });
  await writeFile(join(system, 'etc/docker/daemon.json'), JSON.stringify({ features: { 'containerd-snapshotter': true } }));
  const daemon = startDaemon(directory);
  const pid = await innerProcess(daemon);
  atEnd(() => stopDaemon(daemon, { pid, directory }));
  const client = (args: readonly string[]): string[] => [
    ...['nsenter', '--target', `${pid}`, '--mount', '--root', '/usr/bin/env', '-i', 'HOME=/root', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
    ...['DOCKER_HOST=unix:///w/docker.sock', 'docker', ...args],
  ];
  const docker = async (args: readonly string[]): Promise<string> => await run(client(args));
  await until('an answer of dockerd', () =>
    docker(['version']).then(
      () => true,
      () => false,
    ),
  );
  return {
    shared,
    docker,
    measured: async (args) => {
      const before = await usage(pid);
      const { peak: _, ...sample } = await measured(client(args));
      const after = await usage(pid);
      return { ...sample, cpu: sample.cpu + after.cpu - before.cpu, written: sample.written + after.written - before.written };
    },
  };
}

function startDaemon(directory: string): ChildProcess {
  const options = ['--data-root', '/data', '--exec-root', '/run/docker', '-H', 'unix:///w/docker.sock', '--pidfile', '/run/docker.pid'];
  const network = ['--bridge', 'none', '--iptables=false', '--ip6tables=false'];
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  const dockerd = ['dockerd', ...options, ...network];
  const command = ['--pdeathsig', 'KILL', 'unshare', ...namespaces, '/bin/sh', '-c', enterSystem, system, directory, ...dockerd];
  return spawn('setpriv', command, { detached: true, stdio: 'ignore' });
}

async function stopDaemon(daemon: ChildProcess, { pid, directory }: { readonly pid: number; readonly directory: string }): Promise<void> {
  const ended = new Promise((done) => daemon.once('exit', done));
  if (daemon.exitCode === null && daemon.signalCode === null) {
    process.kill(pid, 'SIGTERM');
    await ended;
  }
  await rm(directory, { recursive: true, force: true });
}

/** unshare's only child: dockerd. */
async function innerProcess({ pid }: ChildProcess): Promise<number> {
  let inner = 0;
  await until('dockerd starts', async () => {
    inner = Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')).trim());
    return inner > 0;
  });
  return inner;
}

/**
 * What a namespace of processes used so far. The kernel adds a process's account to its parent's when the parent waits for it, so the sum
 * over those that live holds those that ended too.
 */
async function usage(pid: number): Promise<{ readonly cpu: number; readonly written: number }> {
  const namespace = await readlink(`/proc/${pid}/ns/pid`);
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const accounts = await Promise.all(
    processes.map(async (name) => {
      const own = await readlink(`/proc/${name}/ns/pid`).catch(() => '');
      if (own !== namespace) return { cpu: 0, written: 0 };
      const [stat, io] = await Promise.all(['stat', 'io'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')));
      return { cpu: cpuSeconds(stat ?? ''), written: writtenBytes(io ?? '') };
    }),
  );
  const sum = (key: 'cpu' | 'written'): number => accounts.reduce((total, account) => total + account[key], 0);
  return { cpu: sum('cpu'), written: sum('written') };
}

/** Seconds in a `/proc/PID/stat`: own time and that of children that were waited for, in ticks of 10 ms. */
export function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), 0) / 100;
}
