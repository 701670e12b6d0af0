import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { whileRunning } from './endings.ts';
import type { Sample } from './types.ts';

/** The kernel keeps what a process and the children that it waited for wrote; the shell reads it after its child has ended. */
const account = '"$@"; status=$?; cat /proc/$$/io > "$0"; exit $status';

export interface MeasureOptions {
  readonly cwd?: string;
  /** Added to this process's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs one whole process under /usr/bin/time; throws with its words if it fails. */
export async function measured(command: readonly string[], { cwd, env = {} }: MeasureOptions = {}): Promise<Sample> {
  const work = await mkdtemp(join(tmpdir(), 'wherry-time-'));
  const [times, io] = [join(work, 'times'), join(work, 'io')];
  try {
    const load = loadavg()[0] ?? 0;
    const whole = ['-f', '%U %S %M', '-o', times, '/bin/sh', '-c', account, io, ...command];
    const wall = await timed(whole, { ...(cwd === undefined ? {} : { cwd }), env: { ...process.env, CI: undefined, ...env } });
    const [user = 0, system = 0, peak = 0] = (await readFile(times, 'utf8')).trim().split(' ').map(Number);
    return { wall, cpu: user + system, peak: peak * 1024, written: writtenBytes(await readFile(io, 'utf8')), load };
  } finally {
    await rm(work, { recursive: true });
  }
}

function timed(command: readonly string[], options: { readonly cwd?: string; readonly env: NodeJS.ProcessEnv }): Promise<number> {
  const started = performance.now();
  const child = spawn('/usr/bin/time', command, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  whileRunning(child);
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    let wall = 0;
    child.once('error', reject);
    child.once('exit', () => {
      wall = (performance.now() - started) / 1000;
    });
    child.once('close', (status) => {
      if (status === 0) resolve(wall);
      else reject(new Error(`${command.slice(8).join(' ')} ended with ${status}\n${Buffer.concat(said)}`));
    });
  });
}

/** `write_bytes` of a `/proc/PID/io`, less what was deleted again before it reached the disk. */
export function writtenBytes(io: string): number {
  const value = (key: string): number => Number(new RegExp(`^${key}: (\\d+)`, 'm').exec(io)?.[1] ?? 0);
  return value('write_bytes') - value('cancelled_write_bytes');
}
