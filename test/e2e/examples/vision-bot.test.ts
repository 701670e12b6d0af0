import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOwnNetwork } from '../network.ts';
import { wherry } from '../sampleProject.ts';
import { buildExample, exampleAt, runExample, says } from './example.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-vision-'));
  await chmod(directory, 0o755);
  await buildExample('vision-bot');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A picture of a white disc on black ground, as a portable grey map. */
function disc(size: number, radius: number): Uint8Array {
  const middle = (size - 1) / 2;
  const pixels = Uint8Array.from({ length: size * size }, (_, index) => {
    const distance = Math.hypot((index % size) - middle, Math.floor(index / size) - middle);
    return distance <= radius ? 255 : 0;
  });
  return Buffer.concat([Buffer.from(`P5 ${size} ${size} 255\n`), pixels]);
}

function run(image: string, volume: string) {
  return runExample({ name: 'vision-bot', image, args: ['-v', volume], wrap: inOwnNetwork });
}

interface Layer {
  readonly digest: string;
  readonly size: number;
}

async function layersOf(image: string): Promise<readonly Layer[]> {
  const { out } = await wherry(['inspect', image, '--layers', '--json']);
  return (JSON.parse(out) as { readonly layers: readonly Layer[] }).layers;
}

const sizeOf = (layers: readonly Layer[]) => layers.reduce((sum, { size }) => sum + size, 0);

describe('the images of the example vision bot', () => {
  it('app finds out what a picture shows, by its model, and writes it down', async () => {
    await writeFile(join(directory, 'disc.pgm'), disc(90, 30));
    const bot = run('vision-app', `${directory}:/app/inbox:ro`);
    await says(bot, '"event": "watching"').finally(() => bot.kill('SIGTERM'));
    const { status, out } = await bot.ended;
    expect(status).toBe(0);
    const answered: unknown = JSON.parse(out.split('\n')[0] ?? '');
    expect(answered).toMatchObject({ event: 'answered', file: 'disc.pgm', label: 'circle' });
  });

  it('ci runs the tests of the project, which is mounted', async () => {
    const { status, out, err } = await run('vision-ci', `${exampleAt('vision-bot')}:/work:ro`).ended;
    expect(`${out}${err}`).toMatch(/\d+ passed/);
    expect(status).toBe(0);
  });

  it('share nearly all bytes of base', async () => {
    const [base, ...others] = await Promise.all(['vision-base', 'vision-ci', 'vision-app'].map(layersOf));
    for (const image of others) {
      const digests = new Set(image.map(({ digest }) => digest));
      const shared = base?.filter(({ digest }) => digests.has(digest)) ?? [];
      expect(sizeOf(shared) / sizeOf(base ?? [])).toBeGreaterThan(0.98);
    }
  });
});
