import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, type Executed, execute } from './execute.ts';

const devices = [
  ['null', '3'],
  ['zero', '5'],
  ['full', '7'],
  ['random', '8'],
  ['urandom', '9'],
] as const;

/** Gives an unpacked image what a container runtime would: devices, /proc, /tmp, name service. Needs root. */
export async function prepareRoot(directory: string): Promise<void> {
  for (const name of ['dev', 'proc', 'etc', 'tmp']) mkdirSync(join(directory, name), { recursive: true });
  chmodSync(join(directory, 'tmp'), 0o1777);
  for (const [name, minor] of devices) {
    const path = join(directory, 'dev', name);
    if (!existsSync(path)) await execute(['mknod', '-m', '666', path, 'c', '1', minor]);
  }
  for (const name of ['resolv.conf', 'hosts']) {
    const host = join('/etc', name);
    if (existsSync(host)) replaceFile(host, join(directory, 'etc', name));
  }
}

function replaceFile(from: string, to: string): void {
  rmSync(to, { force: true });
  copyFileSync(from, to);
}

export interface EnterOptions {
  readonly root: string;
  /** Working directory inside. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Host path → path inside, where the host's file or directory appears. */
  readonly binds?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

/** Runs a command inside with /proc, in namespaces for mounts and processes that end with it. The command is an absolute path inside. */
export function enter(command: readonly string[], { root, cwd, env, binds = {}, ...options }: EnterOptions): Promise<Executed> {
  const mounts = Object.entries(binds).map(([from, to]) => {
    const target = join(root, to);
    makeMountPoint(from, target);
    return `mount --bind '${from}' '${target}' && `;
  });
  const inside = 'cd "$0" && exec "$@"';
  const script = `${mounts.join('')}mount -t proc proc '${root}/proc' && exec /usr/sbin/chroot '${root}' /bin/sh -c '${inside}' "$@"`;
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  return attempt(['/usr/bin/unshare', ...namespaces, '/bin/sh', '-c', script, 'sh', cwd, ...command], { env, ...options });
}

function makeMountPoint(from: string, target: string): void {
  if (lstatSync(from).isDirectory()) mkdirSync(target, { recursive: true });
  else if (!existsSync(target)) writeFileSync(target, '');
}
