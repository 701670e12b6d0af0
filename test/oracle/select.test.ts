import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addBuildOptions, buildRequest } from '../../src/cli/options.ts';
import { type ImageConfig, loadConfig } from '../../src/config/index.ts';
import { ToolError } from '../../src/errors/index.ts';
import { readLock } from '../../src/lock/index.ts';
import { readProject } from '../../src/project/index.ts';
import { targetOf } from '../../src/select/fixture.ts';
import { select } from '../../src/select/index.ts';
import { type LockProject, lockProjects } from './select-projects.ts';

const root = join(import.meta.dirname, '../..');
const uv = join(root, '.cache/venv/bin/uv');
const platforms = [
  { theirs: 'x86_64-manylinux_2_28', ours: targetOf('3.11.7', 'glibc 2.28', 'amd64') },
  { theirs: 'aarch64-manylinux_2_28', ours: targetOf('3.11.7', 'glibc 2.28', 'arm64') },
  { theirs: 'x86_64-unknown-linux-musl', ours: targetOf('3.11.7', 'musl 1.2', 'amd64') },
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-select-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command line as it is written in `select-projects.ts`: variables, then flags. */
interface CommandLine {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

function readLine(line: string): CommandLine {
  const words = line.split(' ').filter(Boolean);
  const variables = words.filter((word) => /^[A-Z_]+=/.test(word));
  return { env: Object.fromEntries(variables.map((word) => word.split('='))), flags: words.slice(variables.length) };
}

/** Images go without the group dev unless something asks for it: `uv sync` has to be told. */
function withoutDev({ env, flags }: CommandLine): readonly string[] {
  const words = [...Object.keys(env), ...flags];
  return words.some((word) => /dev$|^--all-groups$|_DEV$/.test(word)) ? [] : ['--no-dev'];
}

/** What `uv sync` would install, or `refused`. Nothing is downloaded: a dry run of a frozen lock needs no index. */
function uvSelection(directory: string, platform: string, line: CommandLine): readonly string[] | 'refused' {
  const fixed = [
    'sync',
    '--frozen',
    '--dry-run',
    '--no-editable',
    '--offline',
    '--no-config',
    '--python',
    '3.11',
    '--python-platform',
    platform,
  ];
  const args = [...fixed, ...withoutDev(line), ...line.flags];
  const { status, stderr } = spawnSync(uv, args, { cwd: directory, encoding: 'utf8', env: { ...process.env, ...line.env } });
  if (status !== 0) return 'refused';
  return [...stderr.matchAll(/^ \+ ([^\s=]+)(?:==(\S+)| @ )/gm)]
    .map(([, name = '', version]) => (version === undefined ? name : `${name} ${version}`))
    .sort();
}

/** The same by our own command line, environment and configuration. */
async function ourSelection(directory: string, { env, flags }: CommandLine, target: (typeof platforms)[number]['ours']) {
  const command = addBuildOptions(new Command()).parse([...flags], { from: 'user' });
  const request = buildRequest(directory, command.opts(), { env, cwd: directory });
  try {
    const found = await readProject(directory);
    const { images } = await loadConfig({ project: found, env, flags: request.flags });
    const [{ selection }] = images as readonly [ImageConfig];
    const [name, ...others] = selection.packages;
    const project = name === undefined || others.length > 0 ? found : await readProject(directory, { package: name });
    const { packages } = select({ lock: await readLock(project), project, target, request: selection });
    return packages.map(({ name, version, artifact }) => (artifact.kind === 'local' ? name : `${name} ${version}`)).sort();
  } catch (error) {
    if (error instanceof ToolError) return 'refused';
    throw error;
  }
}

function write(project: LockProject): string {
  const directory = join(folder, project.name);
  for (const [path, text] of Object.entries(project.files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

describe.each(lockProjects)('select and uv sync agree on $name', (project) => {
  async function compare(text: string, on: typeof platforms): Promise<void> {
    const directory = write(project);
    const line = readLine(text);
    const answers: unknown[] = [];
    for (const { theirs, ours } of on) {
      const expected = uvSelection(directory, theirs, line);
      const found = await ourSelection(directory, line, ours);
      expect({ platform: theirs, found }).toEqual({ platform: theirs, found: expected });
      answers.push(expected);
    }
    expect(answers.every((answer) => answer === 'refused')).toBe(project.refused.includes(text));
  }

  if (project.requests.length > 0) it.each(project.requests)('"%s"', (line) => compare(line, platforms));
  if (project.anywhere !== undefined) it.each(project.anywhere)('"%s" anywhere', (line) => compare(line, platforms.slice(0, 1)));
});
