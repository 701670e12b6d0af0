import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createHttp } from '../../src/http/index.ts';
import { findIndexes, openIndexes } from '../../src/indexes/index.ts';
import { loadLock, lockOfPins, type RequirementsLock } from '../../src/lock/index.ts';
import { readProject } from '../../src/project/index.ts';
import { emptyWherryLock, resolvePins } from '../../src/resolve/index.ts';
import type { Target } from '../../src/resolve/target.ts';
import { nothingAsked, targetOf } from '../../src/select/fixture.ts';
import { select } from '../../src/select/index.ts';
import { excludeNewer, type RequirementSet } from './requirementSets.ts';

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

export interface Agreement {
  readonly ours: Chosen;
  readonly pip: Chosen;
  /** `name version` */
  readonly versions: readonly string[];
  readonly uvVersions: readonly string[];
}

/** Makes the list of a set, and what Wherry, pip and uv would install from it. */
export async function agreement(
  { name, ask, form, python, machine, head = [] }: RequirementSet,
  { folder, index }: { readonly folder: string; readonly index: string },
): Promise<Agreement> {
  const directory = join(folder, name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'requirements.in'), `${ask.join('\n')}\n`);
  const env = { ...process.env, UV_DEFAULT_INDEX: index, UV_PYTHON_DOWNLOADS: 'never' };
  const hashes = form === 'hashes' ? ['--generate-hashes'] : [];
  const compile = ['pip', 'compile', '--quiet', '--universal', '--python-version', python, '--exclude-newer', excludeNewer, ...hashes];
  await run(uv, [...compile, 'requirements.in', '-o', 'list.txt'], { cwd: directory, env });
  const list = await readFile(join(directory, 'list.txt'), 'utf8');
  const asked = form === 'constraints' ? `-c list.txt\n${[...ask, ...namesOf(list)].join('\n')}\n` : list;
  await writeFile(join(directory, 'requirements.txt'), [...head, asked].join('\n'));
  const from = { directory, file: 'requirements.txt', index };
  // pip takes the patch release for markers, and Requires-Python, from the Python that it runs on: 3.11.7 or a later one.
  const target = targetOf(`${python}.7`, 'glibc 2.36', machine === 'x86_64' ? 'amd64' : 'arm64');
  const [ours, pip] = await Promise.all([chosenByUs(from, target), chosenByPip(from, pipTags(python, machine, 36))]);
  const sync = [
    'pip',
    'sync',
    '--dry-run',
    '--python-version',
    `${python}.7`,
    '--python-platform',
    `${machine}-manylinux_2_36`,
    '--target',
    join(directory, 'target'),
  ];
  const { stderr } =
    form === 'constraints' ? { stderr: '' } : await run(uv, [...sync, '--index-url', index, 'requirements.txt'], { cwd: directory, env });
  const versions = ours.map((line) => line.replace(/^(\S+) [^-]+-([^-]+)-.*$/, '$1 $2'));
  const uvVersions = [...stderr.matchAll(/^ \+ ([^\s=]+)==(\S+)/gm)].map(([, project, version]) => `${project} ${version}`).sort();
  return { ours, pip, versions: form === 'constraints' ? [] : versions, uvVersions };
}

/** Names of a list with their markers, each without its version. */
function namesOf(list: string): readonly string[] {
  return list.split('\n').flatMap((line) => {
    const [, name, marker = ''] = /^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==\S+(\s*;.*)?$/.exec(line) ?? [];
    return name === undefined ? [] : [`${name}${marker}`];
  });
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
