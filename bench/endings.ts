import type { ChildProcess } from 'node:child_process';

const endings: (() => Promise<unknown>)[] = [];

/** Remembers what must be stopped or removed when the benchmark ends, however it ends. */
export function atEnd(ending: () => Promise<unknown>): void {
  endings.push(ending);
}

/** Remembers a child that leads a process group until it has ended; a benchmark that ends earlier ends the group. */
export function whileRunning(child: ChildProcess): void {
  running.add(child);
  child.once('close', () => running.delete(child));
}

const running = new Set<ChildProcess>();

async function endChildren(): Promise<void> {
  const closed = [...running].map((child) => new Promise((done) => child.once('close', done)));
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  await Promise.all(closed);
}

let ended: Promise<void> | undefined;

/** Stops everything, the newest first, once; one that fails does not keep the others. */
export function endAll(): Promise<void> {
  ended ??= endEach();
  return ended;
}

async function endEach(): Promise<void> {
  await endChildren();
  for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) {
    await ending().catch((error: unknown) => console.error(error));
  }
}

/** Ctrl-C and SIGTERM end everything first. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void endAll().finally(() => process.exit(130)));
  }
}
