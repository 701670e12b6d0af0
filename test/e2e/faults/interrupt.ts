import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { digestIn, type Outcome, type Running, succeed } from '../wherry.ts';
import { goodBuild, type Lab, login, openLab, type Seed, storeProblems } from './lab.ts';

/** A lab whose store has the packages of the base but no layer: every part of a build is still to be done. */
export async function openColdLab(seed: Seed): Promise<Lab> {
  const lab = await openLab(seed);
  rmSync(join(lab.store, 'layers-v1'), { recursive: true });
  return lab;
}

/** A whole build: the processor time that it takes, and its digest. */
export interface Whole {
  readonly ticks: number;
  readonly digest: string;
}

/** Builds once from the start. */
export async function measure(seed: Seed): Promise<Whole> {
  const lab = await openColdLab(seed);
  try {
    const running = lab.start(['build', lab.project]);
    const ticks = await worked(running, Number.POSITIVE_INFINITY);
    return { ticks, digest: digestIn(await succeed(running)) };
  } finally {
    await lab.close();
  }
}

/** Waits until a program has used so much processor time, or has ended. Unlike the clock, that says how far it is on a busy machine too. */
export async function worked(running: Running, ticks: number): Promise<number> {
  let used = 0;
  while (running.child.exitCode === null && running.child.signalCode === null && used < ticks) {
    await sleep(3);
    used = Math.max(used, ticksOf(running.child.pid ?? 0));
  }
  return used;
}

/** User and system time of a process (proc(5), fields 14 and 15 of stat). */
function ticksOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

/** Files of unfinished work, in the store and in the project. */
export function temporaryFiles(lab: Lab): string[] {
  const project = readdirSync(lab.project).filter((name) => name.startsWith('.wherry'));
  const store = join(lab.store, 'tmp');
  return [...project, ...(existsSync(store) ? readdirSync(store) : [])];
}

/** `early`: before the first line of the program ran; `late`: when there was nothing left to stop. */
export type Moment = 'early' | 'during' | 'late';

/** One build with SIGINT after a share of it; everything that must hold afterwards. */
export async function interruptAt(seed: Seed, share: number, whole: Whole): Promise<Moment> {
  const lab = await openColdLab(seed);
  try {
    const running = lab.start(['build', lab.project]);
    await worked(running, whole.ticks * share);
    running.child.kill('SIGINT');
    const outcome = await running.ended;
    const moment = momentOf(outcome, whole.digest);
    if (moment === 'during') expectInterrupted(outcome);
    expect(temporaryFiles(lab)).toEqual([]);
    expect(await storeProblems(lab)).toEqual([]);
    expect(await goodBuild(lab, [])).toBe(whole.digest);
    return moment;
  } finally {
    await lab.close();
  }
}

function momentOf(outcome: Outcome, reference: string): Moment {
  // Until the program has loaded, the kernel ends it, which a shell shows as 130 too.
  if (outcome.signal === 'SIGINT') return 'early';
  if (outcome.status !== 0) return 'during';
  expect(digestIn(outcome.out)).toBe(reference);
  return 'late';
}

function expectInterrupted({ status, out, err }: Outcome): void {
  expect({ status, out }, err).toEqual({ status: 130, out: '' });
  expect(err).toMatch(/^error\[INTERRUPTED\]: the command was stopped by a signal\nhint: run it again: .*\n$/m);
  expect(err).not.toMatch(/\n\s+at \S.*:\d+:\d+|warning|bug/);
  expect(err).not.toContain(login.password);
}
