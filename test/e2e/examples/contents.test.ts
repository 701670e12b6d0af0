import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wherry } from '../sampleProject.ts';
import { exampleAt, lockExamples, platform } from './example.ts';
import { type Expected, expectedImages } from './expected.ts';

let directory: string;
beforeAll(async () => {
  await lockExamples();
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-contents-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
}

async function entriesOf(image: string): Promise<ReadonlyMap<string, Entry>> {
  const { out } = await wherry(['inspect', image, '--files', '--json']);
  const { files } = JSON.parse(out) as { readonly files: readonly Entry[] };
  return new Map(files.map((entry) => [entry.path, entry]));
}

/** How the image of a platform differs from what is expected of it. */
async function differences({ example, files, programs, directories }: Expected, entries: ReadonlyMap<string, Entry>): Promise<string[]> {
  const found: string[] = [];
  const check = (path: string, wanted: Partial<Entry>) => {
    const entry = entries.get(path);
    for (const [key, value] of Object.entries(wanted)) {
      const seen = entry?.[key as keyof Entry];
      if (seen !== value) found.push(`${path}: ${key} is ${seen}, not ${value}`);
    }
  };
  for (const [path, source] of Object.entries(files)) {
    const { size } = await stat(join(exampleAt(example), source));
    check(path, { type: 'file', size, mode: 0o644, uid: 0, gid: 0 });
  }
  for (const path of programs) check(path, { type: 'file', mode: 0o755, uid: 0, gid: 0 });
  for (const [path, mode] of Object.entries(directories)) check(path, { type: 'directory', mode, uid: 1001, gid: 1001 });
  return found;
}

describe('data files, programs and writable directories of the example', () => {
  it.each(expectedImages)('$example, image $image', async (expected) => {
    const { example, image } = expected;
    const place = join(directory, image);
    const args = [...(image === example ? [] : ['--image', image]), ...platform, '--oci', place, '--quiet'];
    await wherry(['build', exampleAt(example), ...args]);
    expect(await differences(expected, await entriesOf(`oci:${place}`))).toEqual([]);
  });

  it('discord-bot, for arm64 too, with the extension modules of that processor', async () => {
    const expected = expectedImages.find(({ image }) => image === 'discord-bot');
    if (expected === undefined) throw new Error('the example bot is gone');
    const place = join(directory, 'arm64');
    // Bytecode is looked for nowhere here, and would make the base of that processor the longest part.
    const env = { WHERRY_BYTECODE: 'none' };
    await wherry(['build', exampleAt('discord-bot'), '--platform', 'linux/arm64', '--oci', place, '--quiet'], { env });
    const entries = await entriesOf(`oci:${place}`);
    expect(await differences(expected, entries)).toEqual([]);
    const modules = [...entries.keys()].filter((path) => path.startsWith('/app/') && path.endsWith('.so'));
    expect(modules).toContain('/app/.venv/lib/python3.13/site-packages/aiohttp/_http_parser.cpython-313-aarch64-linux-gnu.so');
    expect(modules.filter((path) => path.includes('x86_64'))).toEqual([]);
  });
});
