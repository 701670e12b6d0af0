import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLock } from '../../src/lock/index.ts';
import { readProject } from '../../src/project/index.ts';
import { bestWheel } from '../../src/select/artifact.ts';
import { ranksOf } from '../../src/select/fit.ts';
import { lock } from '../e2e/product.ts';

const root = join(import.meta.dirname, '../..');
const projects = ['test/e2e/projects/bot', 'test/e2e/projects/forecast', 'examples/django-site'];

interface OracleTarget {
  readonly minor: number;
  readonly libc: 'glibc' | 'musl';
  readonly version: string;
  readonly machine: 'x86_64' | 'aarch64';
}

/** Every Python, CPU and C library that an image may have: old and current glibc, the bases' own, and musl. */
const libcs = [
  ['glibc', '2.17'],
  ['glibc', '2.28'],
  ['glibc', '2.36'],
  ['glibc', '2.41'],
  ['musl', '1.1'],
  ['musl', '1.2'],
] as const;
const targets = [11, 12, 13, 14].flatMap((minor) =>
  libcs.flatMap(([libc, version]) => (['x86_64', 'aarch64'] as const).map((machine): OracleTarget => ({ minor, libc, version, machine }))),
);

type Choice = Readonly<Record<string, string | null>>;
const packages = new Map<string, { readonly filename: string }[]>();
let theirs: readonly Choice[];

beforeAll(async () => {
  for (const directory of projects) {
    await lock(join(root, directory));
    const { packages: locked } = await readLock(await readProject(join(root, directory)));
    for (const { name, version, wheels } of locked) if (wheels.length > 0) packages.set(`${name} ${version}`, [...wheels]);
  }
  const files = Object.fromEntries([...packages].map(([name, wheels]) => [name, wheels.map(({ filename }) => filename)]));
  const input = JSON.stringify({ targets, packages: files });
  const options = { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  theirs = JSON.parse(execFileSync(join(root, '.cache/venv/bin/python'), ['-I', join(root, 'scripts/vectors/wheels.py')], options));
}, 300_000);

function ours({ minor, libc, version, machine }: OracleTarget): Choice {
  const architecture = machine === 'x86_64' ? 'amd64' : 'arm64';
  const ranks = ranksOf({ platform: { os: 'linux', architecture }, libc: { kind: libc, version }, pythonMinor: `3.${minor}` });
  return Object.fromEntries([...packages].map(([name, wheels]) => [name, bestWheel(wheels as never, ranks)?.filename ?? null]));
}

describe('the wheel of every package of three real locks', () => {
  it.each(targets.map((target, position) => [`3.${target.minor} ${target.libc} ${target.version} ${target.machine}`, position] as const))(
    'is the one that packaging chooses for %s',
    (_, position) => {
      expect(ours(targets[position] as OracleTarget)).toEqual(theirs[position]);
    },
  );

  it('is never for a free-threaded Python, another Python or another CPU', () => {
    for (const target of targets) {
      const chosen = Object.values(ours(target)).filter((filename) => filename !== null);
      expect(chosen.filter((filename) => /-(?:cp3\d+t|abi3t)-/.test(filename))).toEqual([]);
      const native = chosen.filter((filename) => !filename.endsWith('-any.whl'));
      expect(native.every((filename) => filename.includes(target.machine))).toBe(true);
      expect(native.every((filename) => filename.includes(`-cp3${target.minor}-`) || /-abi3-|-none-/.test(filename))).toBe(true);
    }
    const all = [...packages.values()].flat().map(({ filename }) => filename);
    const answers = targets.length * packages.size;
    console.log(
      `${answers} choices from ${all.length} wheels, ${all.filter((filename) => /-cp3\d+t-/.test(filename)).length} of them free-threaded`,
    );
    expect(answers).toBeGreaterThan(5000);
  });
});
