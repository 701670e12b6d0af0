import { type ChildProcess, spawn } from 'node:child_process';
import { ToolError } from '../errors/index.ts';
import { isRoot, systemPath, type Tools } from './tools.ts';

/** A process that keeps the mount namespace alive until its input is closed. */
export interface Holder {
  readonly process: ChildProcess;
  readonly pid: number;
}

/** Makes the mounts; throws RUN_FAILED with the message of `mount`. */
export function holdMounts(tools: Tools, script: string): Promise<Holder> {
  const user = isRoot() ? [] : ['--user', '--map-root-user'];
  const child = spawn(tools.unshare, [...user, '--mount', '--propagation=private', '--', tools.sh, '-s'], {
    env: { PATH: systemPath, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C must reach the container first, and the mounts last.
    detached: true,
  });
  child.stdin.on('error', () => undefined);
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

/** Ends the namespace, and with it every mount. */
export async function releaseMounts(holder: Holder): Promise<void> {
  const closed = new Promise((resolve) => holder.process.once('close', resolve));
  holder.process.stdin?.end('end\n');
  await closed;
}

function noNamespaces(reason: string, cause?: unknown): ToolError {
  return new ToolError('RUN_FAILED', 'cannot prepare the container with unshare', {
    details: reason === '' ? [] : [reason],
    hint: 'run as root, allow user namespaces, or use --with docker or --with podman',
    cause,
  });
}
