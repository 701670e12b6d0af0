import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleImage, samplePlan } from '../../test/sampleImage.ts';
import type { ConfigPlan } from '../plan/types.ts';
import { startOf } from './start.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wherry-start-'));
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nweb:x:33:34::/:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nstaff:x:50:web\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function start(config: Partial<ConfigPlan>, args: readonly string[] = [], variables: ReadonlyMap<string, string> = new Map()) {
  const image = await sampleImage({ config: { ...samplePlan.config, ...config } });
  return startOf({ image, root, args, variables });
}

describe('startOf', () => {
  it('joins entrypoint and command, or the arguments instead of the command', async () => {
    const config = { entrypoint: ['/init'], command: ['serve'] };
    expect((await start(config)).command).toEqual(['/init', 'serve']);
    expect((await start(config, ['shell', '-x'])).command).toEqual(['/init', 'shell', '-x']);
    await expect(start({ command: [] })).rejects.toMatchObject({ code: 'RUN_FAILED' });
  });

  it('merges variables over the environment of the image', async () => {
    const { env } = await start({ env: ['A=1', 'B=x=y', 'PATH=/p'] }, [], new Map([['A', '2']]));
    expect(env).toEqual({ A: '2', B: 'x=y', PATH: '/p' });
    expect((await start({ env: [] })).env.PATH).toContain('/usr/bin');
  });

  it.each([
    ['', 0, 0],
    ['1001:1002', 1001, 1002],
    ['1001', 1001, 0],
    ['web', 33, 34],
    ['33', 33, 34],
    ['web:staff', 33, 50],
  ])('takes the user %j for %i:%i', async (user, uid, gid) => {
    expect(await start({ user })).toMatchObject({ uid, gid });
  });

  it.each(['nobody-here', 'web:nothing'])('refuses the user %j', async (user) => {
    await expect(start({ user })).rejects.toMatchObject({ code: 'RUN_FAILED' });
  });
});
