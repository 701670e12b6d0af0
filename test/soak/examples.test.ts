import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostPlatform, machineOf } from '../../src/platform.ts';
import { run } from '../e2e/command.ts';
import { exampleAt, lockExamples } from '../e2e/examples/example.ts';
import { inMemory } from '../e2e/network.ts';
import { root } from '../e2e/product.ts';
import { wherry } from '../e2e/sampleProject.ts';
import { questions } from './exampleQuestions.ts';
import { note } from './note.ts';

const examples = ['discord-bot', 'django-site', 'media-api', 'trades', 'vision-bot'];
const architectures = ['amd64', 'arm64'] as const;
/** The one that this machine is not. */
const other = hostPlatform.architecture === 'amd64' ? 'arm64' : 'amd64';

interface Layer {
  readonly digest: string;
  readonly size: number;
  readonly kind?: string;
}

interface Inspected {
  readonly digest: string;
  readonly images: readonly { readonly platform: string; readonly layers: readonly Layer[] }[];
}

const sizeOf = (layers: readonly Layer[]) => layers.reduce((sum, { size }) => sum + size, 0);
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

beforeAll(async () => {
  await run([join(root, 'scripts/setup-qemu')]);
  await lockExamples();
});

describe('the images of the examples, for both CPUs by one command', () => {
  it.each(examples)(
    '%s: indexes whose images share their pure layers',
    async (example) => {
      const platforms = architectures.map((architecture) => `linux/${architecture}`);
      const { out } = await wherry(['build', exampleAt(example), '--platform', platforms.join(','), '--quiet']);
      const built = out
        .trim()
        .split('\n')
        .map((line) => line.split('@'));
      expect(built.length).toBeGreaterThanOrEqual(1);
      for (const [name = '', digest] of built) {
        const found = JSON.parse((await wherry(['inspect', name, '--layers', '--json'])).out) as Inspected;
        expect(found.digest).toBe(digest);
        expect(found.images.map(({ platform }) => platform)).toEqual(platforms);
        const [own = [], others = []] = found.images.map(({ layers }) => layers);
        const digests = new Set(others.map((layer) => layer.digest));
        const shared = own.filter((layer) => digests.has(layer.digest));
        // The environment's skeleton, the accounts, and of every project something that is pure.
        expect(shared.length).toBeGreaterThanOrEqual(3);
        // Nothing of the base: it is for one CPU.
        expect(shared).not.toContainEqual(own[0]);
        const sizes = [sizeOf(own), sizeOf(others), sizeOf(shared)].map(megabytes);
        note(`| ${name} | ${own.length}, ${others.length} | ${sizes[0]}, ${sizes[1]} | ${shared.length} | ${sizes[2]} |`);
      }
    },
    900_000,
  );

  it.each(questions)(
    '$image answers under qemu',
    async ({ example, image, program, answer }) => {
      const say = 'import platform\ndef say(*words): print("answer:", platform.machine(), *words)\n';
      const args = [
        'run',
        exampleAt(example),
        '--image',
        image,
        '--platform',
        `linux/${other}`,
        '--with',
        'unshare',
        '--read-only',
        '--quiet',
      ];
      const started = Date.now();
      const which = questions.filter((question) => question.example === example).length === 1 ? args.toSpliced(2, 2) : args;
      const { out } = await wherry([...which, '--', 'python', '-c', `${say}${program}`], { wrap: inMemory });
      expect(out).toContain(`answer: ${machineOf(other)} ${answer}\n`);
      note(`${image} on ${other}: ${out.trim().split('\n').at(-1)} after ${Math.round((Date.now() - started) / 1000)} s`);
    },
    900_000,
  );
});
