import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, until } from './command.ts';

const checkout = join(import.meta.dirname, '../..');
const system = join(checkout, '.cache/docker/root');

/** Makes the daemon's file system in a mount namespace of its own, so that every mount vanishes with the daemon. */
const enterSystem = `set -e
mount --bind "$0" "$0"; mount -t proc proc "$0/proc"; mount --rbind /sys "$0/sys"; mount --rbind /dev "$0/dev"; mount -t tmpfs tmpfs "$0/run"
mkdir -p "$0/w" "$0/data"; mount --bind "$1/w" "$0/w"; mount --bind "$1/data" "$0/data"
shift; exec chroot "$0" "$@"`;

/** A Docker of a newer Debian suite, with data of its own. */
export interface CurrentDocker {
  /** Directory that the daemon and its client see as /w. */
  readonly shared: string;
  readonly socket: string;
  /** dockerd, the first process of a namespace of its own. */
  readonly pid: number;
  /** A command that runs the daemon's own client. */
  client(args: readonly string[]): readonly string[];
  stop(): Promise<void>;
}

/** Starts a daemon that `scripts/setup-docker` unpacked, over an empty directory, and waits for its answer. It uses the machine's network. */
export async function startCurrentDocker(directory: string, store: 'containerd' | 'classic'): Promise<CurrentDocker> {
  await run([join(checkout, 'scripts/setup-docker')]);
  const shared = join(directory, 'w');
  for (const name of ['w', 'data']) await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(shared, 'daemon.json'), JSON.stringify({ features: { 'containerd-snapshotter': store === 'containerd' } }));
  const daemon = startDaemon(directory);
  const pid = await innerProcess(daemon);
  const client = (args: readonly string[]): readonly string[] => [
    ...['nsenter', '--target', `${pid}`, '--mount', '--root', '/usr/bin/env', '-i', 'HOME=/root', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
    ...['DOCKER_HOST=unix:///w/docker.sock', 'docker', ...args],
  ];
  await until('an answer of dockerd', () =>
    run(client(['version'])).then(
      () => true,
      () => false,
    ),
  );
  return { shared, socket: join(shared, 'docker.sock'), pid, client, stop: () => stopDaemon(daemon, pid) };
}

function startDaemon(directory: string): ChildProcess {
  const places = ['--data-root', '/data', '--exec-root', '/run/docker', '-H', 'unix:///w/docker.sock', '--pidfile', '/run/docker.pid'];
  const network = ['--bridge', 'none', '--iptables=false', '--ip6tables=false'];
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  const dockerd = ['dockerd', '--config-file', '/w/daemon.json', ...places, ...network];
  const command = ['--pdeathsig', 'KILL', 'unshare', ...namespaces, '/bin/sh', '-c', enterSystem, system, directory, ...dockerd];
  return spawn('setpriv', command, { detached: true, stdio: 'ignore' });
}

async function stopDaemon(daemon: ChildProcess, pid: number): Promise<void> {
  const ended = new Promise((done) => daemon.once('exit', done));
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  process.kill(pid, 'SIGTERM');
  await ended;
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
