import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { run } from '../test/e2e/command.ts';
import { startCurrentDocker } from '../test/e2e/currentDocker.ts';
import { atEnd } from './endings.ts';
import { measured, writtenBytes } from './measured.ts';
import type { Sample } from './types.ts';

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
  const { shared, pid, client, stop } = await startCurrentDocker(directory, 'containerd');
  atEnd(async () => {
    await stop();
    await rm(directory, { recursive: true, force: true });
  });
  return {
    shared,
    docker: async (args) => await run(client(args)),
    measured: async (args) => {
      const before = await usage(pid);
      const { peak: _, ...sample } = await measured(client(args));
      const after = await usage(pid);
      return { ...sample, cpu: sample.cpu + after.cpu - before.cpu, written: sample.written + after.written - before.written };
    },
  };
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
