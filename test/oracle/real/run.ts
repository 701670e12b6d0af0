import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readLock } from '../../../src/lock/index.ts';
import { readProject } from '../../../src/project/index.ts';
import { compareAnswers, type Difference } from './compare.ts';
import { Installer } from './installer.ts';
import type { Checkout } from './locks.ts';
import { ourAnswer } from './ours.ts';
import { type Case, casesFor } from './questions.ts';
import { stageProject } from './stage.ts';
import { traitsOf } from './tally.ts';

/** What came of one lock. */
export interface Outcome {
  readonly checkout: Checkout;
  readonly cases: readonly CaseOutcome[];
  readonly traits: readonly string[];
  /** Set if the lock or its project could not be read at all. */
  readonly unread?: string;
}

export interface CaseOutcome {
  readonly asked: Case;
  /** Packages in uv's answer; undefined for a refusal. */
  readonly packages: number | undefined;
  /** Files that uv asked for. */
  readonly files: number;
  readonly differences: readonly Difference[];
}

export interface RunOptions {
  /** Directory with uv and python. */
  readonly bin: string;
  /** An empty directory. */
  readonly scratch: string;
  readonly lanes: number;
  /** 1 for every question, 4 for every fourth; which ones moves on from lock to lock. */
  readonly stride: number;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Compares every lock with uv, some at a time. */
export async function compareLocks(checkouts: readonly Checkout[], options: RunOptions): Promise<void> {
  const queue = [...checkouts.entries()];
  const lane = async (name: string) => {
    const installer = await Installer.start(options.bin, join(options.scratch, name));
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, checkout] = next;
      options.onOutcome(await compareLock(checkout, { installer, scratch: options.scratch, salt: index, stride: options.stride }));
    }
    installer.stop();
  };
  await Promise.all(Array.from({ length: options.lanes }, (_, index) => lane(`lane-${index}`)));
}

interface LockOptions {
  readonly installer: Installer;
  readonly scratch: string;
  readonly salt: number;
  readonly stride: number;
}

async function compareLock(checkout: Checkout, { installer, scratch, salt, stride }: LockOptions): Promise<Outcome> {
  const own = mkdtempSync(join(scratch, 'project-'));
  // Deep, because a lock may name trees above its directory.
  const directory = join(own, 'a/b/c/d');
  try {
    stageProject(checkout.directory, { into: directory, address: installer.recorder.address });
    const project = await readProject(checkout.directory);
    const lock = await readLock(project);
    const git = lock.packages.filter(({ source }) => source.kind === 'git').map(({ name }) => name);
    const cases: CaseOutcome[] = [];
    for (const asked of casesFor(project, lock, salt).filter((_, index) => (index + salt) % stride === 0)) {
      const { minor, platform, target } = asked.place;
      const theirs = await installer.ask({ directory, minor, platform, flags: asked.flags, git });
      const ours = ourAnswer({ project, lock, target, request: asked.request });
      cases.push({ asked, ...sizes(theirs), differences: compareAnswers(theirs, ours, lock) });
    }
    return { checkout, cases, traits: traitsOf(lock) };
  } catch (error) {
    return { checkout, cases: [], traits: [], unread: String(error) };
  } finally {
    rmSync(own, { recursive: true, force: true });
    installer.tidy();
  }
}

function sizes(answer: Awaited<ReturnType<Installer['ask']>>): Pick<CaseOutcome, 'packages' | 'files'> {
  if ('refused' in answer) return { packages: undefined, files: 0 };
  const choices = [...answer.choices.values()];
  return { packages: choices.length, files: choices.filter(({ file }) => file !== undefined).length };
}
