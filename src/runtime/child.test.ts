import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { exitOf } from './child.ts';

it('passes on a request to stop that came before it waited', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const kill = (name: NodeJS.Signals) => void child.kill(name);
  expect(await exitOf(child, { kill, signal: AbortSignal.abort(), terminal: false })).toBe(143);
});
