import { join } from 'node:path';
import { start, until } from '../test/e2e/command.ts';
import { atEnd } from './endings.ts';
import { type BenchRegistry, startRegistry } from './registry.ts';
import type { Traffic } from './types.ts';

/** A registry that one side pushes to. */
export interface Target extends BenchRegistry {
  /** Another `127.0.0.1:PORT` of the same registry, where bytes are counted. It is slower, so nothing is timed there. */
  readonly counted: string;
  /** Bytes through `counted` while some work runs, HTTP included. */
  count(work: (host: string) => Promise<unknown>): Promise<Traffic>;
}

/** Starts a registry and a counting port before it. */
export async function startTarget(directory: string): Promise<Target> {
  const registry = await startRegistry(directory);
  const counter = start(['setpriv', '--pdeathsig', 'TERM', process.execPath, join(import.meta.dirname, 'counter.ts'), registry.host], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  atEnd(async () => {
    counter.kill('SIGTERM');
    await counter.ended;
  });
  await until('the counting port listens', () => counter.out().includes('\n'));
  const lines = (): string[] => counter.out().trim().split('\n');
  const counted = lines()[0] ?? '';
  const totals = async (): Promise<readonly number[]> => {
    const before = lines().length;
    counter.write('\n');
    await until('the counting port answers', () => lines().length > before);
    return (lines().at(-1) ?? '').split(' ').map(Number);
  };
  return {
    ...registry,
    counted,
    count: async (work) => {
      const [sentBefore = 0, receivedBefore = 0] = await totals();
      await work(counted);
      const [sent = 0, received = 0] = await totals();
      return { sent: sent - sentBefore, received: received - receivedBefore };
    },
  };
}
