import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createHttp } from '../../src/http/index.ts';
import { findIndexes, openIndexes } from '../../src/indexes/index.ts';
import { loadLock, lockOfPins, type RequirementsLock } from '../../src/lock/index.ts';
import { readProject } from '../../src/project/index.ts';
import { emptyWherryLock, resolvePins } from '../../src/resolve/index.ts';
import type { Target } from '../../src/resolve/target.ts';
import { nothingAsked } from '../../src/select/fixture.ts';
import { select } from '../../src/select/index.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
export const uv = join(root, '.cache/venv/bin/uv');
const pip = join(root, '.cache/venv/bin/pip');

/** `name file sha256` of every package, sorted. */
export type Chosen = readonly string[];

export interface ChosenBy {
  readonly directory: string;
  /** Relative to it. */
  readonly file: string;
  /** The index that both ask. */
  readonly index: string;
}

/** What Wherry would install from a requirements file for a target. Throws what `select` throws. */
export async function chosenByUs({ directory, file, index }: ChosenBy, target: Target): Promise<Chosen> {
  const project = await readProject(directory);
  const env = { UV_DEFAULT_INDEX: index, HOME: directory };
  const list = (await loadLock({ project, setting: { lock: undefined, requirements: [file] }, env })) as RequirementsLock;
  const ctx = { http: createHttp({ env: process.env }), signal: new AbortController().signal, offline: false };
  const client = async () =>
    openIndexes({ places: await findIndexes({ project, env, own: list.indexes }), ctx, authorize: async () => ({}) });
  const resolved = await resolvePins({ list, lock: emptyWherryLock, mode: 'default', client, ctx });
  const { packages } = select({ lock: lockOfPins(resolved.list, project), project, target, request: nothingAsked });
  return packages
    .map(({ name, artifact }) =>
      artifact.kind === 'wheel' ? `${name} ${artifact.filename} ${artifact.sha256}` : `${name} ${artifact.kind}`,
    )
    .sort();
}

interface Report {
  readonly install: readonly {
    readonly metadata: { readonly name: string };
    readonly download_info: {
      readonly url: string;
      readonly archive_info?: { readonly hashes?: { readonly sha256?: string }; readonly hash?: string };
    };
  }[];
}

/** What pip would install, for another platform than this one: it downloads the wheels, and installs nothing. */
export async function chosenByPip({ directory, file, index }: ChosenBy, tags: readonly string[]): Promise<Chosen> {
  const work = await mkdtemp(join(tmpdir(), 'wherry-pip-'));
  try {
    const report = join(work, 'report.json');
    const target = ['--target', join(work, 'target'), '--only-binary', ':all:', '--implementation', 'cp', ...tags];
    const fixed = [
      'install',
      '--dry-run',
      '--no-deps',
      '--ignore-installed',
      '--quiet',
      '--disable-pip-version-check',
      '--index-url',
      index,
    ];
    await run(pip, [...fixed, ...target, '--report', report, '-r', file], { cwd: directory, maxBuffer: 64 * 1024 * 1024 });
    const { install } = JSON.parse(await readFile(report, 'utf8')) as Report;
    return install
      .map(({ metadata, download_info: { url, archive_info: archive } }) => {
        const sha256 = archive?.hashes?.sha256 ?? archive?.hash?.replace(/^sha256=/, '');
        const name = metadata.name.toLowerCase().replace(/[-_.]+/g, '-');
        return `${name} ${decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '')} sha256:${sha256}`;
      })
      .sort();
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** pip's options for CPython X.Y on Linux with glibc up to 2.N. It takes no ranges, so every older tag is named. */
export function pipTags(minor: string, machine: 'x86_64' | 'aarch64', glibc: number): readonly string[] {
  const digits = minor.replace('.', '');
  const oldest = machine === 'x86_64' ? 5 : 17;
  const legacy = machine === 'x86_64' ? ['manylinux2014', 'manylinux2010', 'manylinux1'] : ['manylinux2014'];
  const numbered = Array.from({ length: glibc - oldest + 1 }, (_, at) => `manylinux_2_${glibc - at}`);
  const platforms = [...numbered, ...legacy].map((name) => ['--platform', `${name}_${machine}`]);
  return [
    '--python-version',
    minor,
    '--abi',
    `cp${digits}`,
    '--abi',
    'abi3',
    '--abi',
    'none',
    ...platforms.flat(),
    '--platform',
    `linux_${machine}`,
  ];
}
