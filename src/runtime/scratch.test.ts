import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { scratchDirectory } from './scratch.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'wherry-scratch-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** The directory of a process with another id or another start, as it would be named. */
async function left({ pid, started }: { readonly pid?: number; readonly started?: string }): Promise<string> {
  const own = await scratchDirectory(parent);
  const [, , space, ownPid, ownStart, end] = basename(own).split('-');
  const name = `wherry-run-${space}-${pid ?? ownPid}-${started ?? ownStart}-${end}`;
  renameSync(own, join(parent, name));
  mkdirSync(join(parent, name, 'root'));
  return name;
}

it('keeps what a running process uses', async () => {
  const first = await scratchDirectory(parent);
  const second = await scratchDirectory(parent);
  expect(readdirSync(parent).sort()).toEqual([basename(first), basename(second)].sort());
});

it('removes what an ended process left, also when its id has come again', async () => {
  const ended = spawnSync(process.execPath, ['-e', '']).pid;
  await left({ pid: ended });
  const own = await scratchDirectory(parent);
  expect(readdirSync(parent)).toEqual([basename(own)]);
  await rm(own, { recursive: true });
  await left({ started: '1' });
  expect(readdirSync(parent)).toHaveLength(1);
  expect(readdirSync(parent)).not.toContain(basename(await scratchDirectory(parent)));
  expect(readdirSync(parent)).toHaveLength(1);
});

it('leaves alone what belongs to processes that cannot be seen here, and what is not of its own', async () => {
  const others = ['wherry-run-1-2-3-abcdef', 'wherry-run-', 'wherry-runner', 'else'];
  for (const name of others) mkdirSync(join(parent, name));
  const own = await scratchDirectory(parent);
  expect(readdirSync(parent).sort()).toEqual([...others, basename(own)].sort());
});
