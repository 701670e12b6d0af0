import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The container's first process: the child of our child. `unshare` itself ignores what a terminal sends. Undefined if it ended before. */
export async function firstProcess(child: ChildProcess): Promise<number | undefined> {
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const first = readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && parentOf(pid) === child.pid);
    if (first !== undefined) return Number(first);
    await sleep(5);
  }
  return undefined;
}

/** A process that has just ended needs no signal. */
export function sendSignal(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The parent of a process; undefined if there is no such process. */
export function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
