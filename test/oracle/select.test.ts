import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors/index.ts';
import { readLock } from '../../src/lock/index.ts';
import { readProject } from '../../src/project/index.ts';
import { nothingAsked, targetOf } from '../../src/select/fixture.ts';
import { type SelectionRequest, select } from '../../src/select/index.ts';
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

/** What `uv sync` would install, or `refused`. Nothing is downloaded: a dry run of a frozen lock needs no index. */
function uvSelection(directory: string, platform: string, flags: readonly string[]): readonly string[] | 'refused' {
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
  const { status, stderr } = spawnSync(uv, [...fixed, ...flags], { cwd: directory, encoding: 'utf8' });
  if (status !== 0) return 'refused';
  return [...stderr.matchAll(/^ \+ ([^\s=]+)(?:==(\S+)| @ )/gm)]
    .map(([, name = '', version]) => (version === undefined ? name : `${name} ${version}`))
    .sort();
}

async function ourSelection(directory: string, request: SelectionRequest, target: (typeof platforms)[number]['ours']) {
  const project = await readProject(directory);
  const lock = await readLock(project);
  try {
    const { packages } = select({ lock, project, target, request });
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
  it.each(project.requests)('$flags', async ({ flags, request }) => {
    const directory = write(project);
    const answers: unknown[] = [];
    for (const { theirs, ours } of platforms) {
      const expected = uvSelection(directory, theirs, ['--no-dev', ...flags]);
      const found = await ourSelection(directory, { ...nothingAsked, ...request }, ours);
      expect({ platform: theirs, found }).toEqual({ platform: theirs, found: expected });
      answers.push(expected);
    }
    expect(answers.every((answer) => answer === 'refused')).toBe(project.refused.includes(flags.join(' ')));
  });
});
