import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleImage } from '../../test/sampleImage.ts';
import type { Image } from '../image/index.ts';
import { hostPlatform } from '../platform.ts';
import { requirePlatform } from './tools.ts';

let handlers: string;
let foreign: Image;
beforeEach(async () => {
  handlers = await mkdtemp(join(tmpdir(), 'wherry-handlers-'));
  foreign = await sampleImage({ platform: { os: 'linux', architecture: process.arch === 'x64' ? 'arm64' : 'amd64' } });
});
afterEach(() => rm(handlers, { recursive: true }));

const machine = process.arch === 'x64' ? 'b700' : '3e00';

/** What the kernel shows of a handler. */
const handler = { state: 'enabled', flags: 'OCF', offset: '0', magic: `7f454c460201010000000000000000000200${machine}` };

async function register({ state, flags, offset, magic }: typeof handler): Promise<void> {
  const text = `${state}\ninterpreter /usr/bin/qemu-aarch64-static\nflags: ${flags}\noffset ${offset}\nmagic ${magic}\nmask ffffffff\n`;
  await writeFile(join(handlers, 'qemu-other'), text);
  await writeFile(join(handlers, 'status'), 'enabled\n');
}

describe('requirePlatform', () => {
  it('takes the own platform', async () => {
    const image = await sampleImage({ platform: hostPlatform });
    expect(() => requirePlatform({ image, handlers: join(handlers, 'none') })).not.toThrow();
  });

  it('takes another one if the kernel emulates it', async () => {
    await register(handler);
    expect(() => requirePlatform({ image: foreign, handlers })).not.toThrow();
  });

  it.each<[string, Partial<typeof handler>]>([
    ['is switched off', { state: 'disabled' }],
    ['would need its emulator inside the image', { flags: 'OC' }],
    ['is for another CPU', { magic: `7f454c460201010000000000000000000200f300` }],
    ['is for another format', { magic: `cafebabe0201010000000000000000000200${machine}` }],
    ['looks elsewhere', { offset: '4' }],
  ])('refuses it if the handler %s', async (_, change) => {
    await register({ ...handler, ...change });
    expect(() => requirePlatform({ image: foreign, handlers })).toThrow(expect.objectContaining({ code: 'RUN_NO_RUNTIME' }));
  });

  it('names what would help', () => {
    expect(() => requirePlatform({ image: foreign, handlers })).toThrow(
      expect.objectContaining({ code: 'RUN_NO_RUNTIME', hint: expect.stringContaining('qemu-user-static') }),
    );
  });
});
