import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLock, readLock, readSurroundings, type Staleness } from '../../src/lock/index.ts';
import { readProject } from '../../src/project/index.ts';
import { type Mutation, mutations } from './staleness-mutations.ts';
import { oracleProjects } from './staleness-projects.ts';

/** Where Wherry says stale and uv, which resolves again, finds that nothing would change. */
interface Difference {
  readonly mutation: string;
  readonly reason: string;
}

const run = promisify(execFile);
const bin = join(import.meta.dirname, '../../.cache/venv/bin');
const differences: readonly Difference[] = JSON.parse(readFileSync(join(import.meta.dirname, 'staleness-differences.json'), 'utf8'));
const used = new Set<string>();
let staleForUv = 0;
let base = '';

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'wherry-staleness-'));
  makeLinks();
  makeRepository();
  for (const { name, files } of oracleProjects) {
    for (const [path, text] of Object.entries(files)) put(join(base, name, path), filled(text, join(base, name)));
    cpSync(join(base, 'links'), join(base, name, 'links'), { recursive: true });
    const { stale, message } = await uv(join(base, name));
    if (stale) throw new Error(`uv cannot lock ${name}: ${message}`);
  }
});

afterAll(() => {
  rmSync(base, { recursive: true, force: true });
  console.log(`${mutations.length} changes, ${staleForUv} stale for uv, ${differences.length} more stale for Wherry`);
});

it.each(oracleProjects)('$name is fresh as uv locked it', async ({ name }) => {
  expect(await ours(join(base, name))).toEqual([]);
  expect((await uv(join(base, name), '--check')).stale).toBe(false);
});

const inPlace = new Set(oracleProjects.filter((project) => project.inPlace).map(({ name }) => name));

// Mostly waiting for the index.
describe.concurrent('in a copy', () => {
  it.each(mutations.filter(({ project }) => !inPlace.has(project)))('$name', async (mutation) => {
    const directory = mkdtempSync(join(base, 'changed-'));
    cpSync(join(base, mutation.project), directory, { recursive: true });
    change(directory, mutation);
    await compare(directory, mutation);
    rmSync(directory, { recursive: true });
  });
});

describe('in place', () => {
  it.each(mutations.filter(({ project }) => inPlace.has(project)))('$name', async (mutation) => {
    const directory = join(base, mutation.project);
    const before = change(directory, mutation);
    await compare(directory, mutation);
    writeFileSync(join(directory, mutation.file), before);
  });
});

async function compare(directory: string, mutation: Mutation): Promise<void> {
  const { stale } = await uv(directory, '--check', '--offline');
  const found = await ours(directory).catch((error: unknown) => [String(error)]);
  if (stale) {
    staleForUv += 1;
    return expect(found, 'uv says stale').not.toEqual([]);
  }
  if (found.length === 0) return;
  used.add(mutation.name);
  const listed = differences.map((row) => row.mutation);
  expect(listed, `uv says fresh, Wherry says ${JSON.stringify(found)}`).toContain(mutation.name);
}

it('enough changes make the lock stale, and every row of the table is needed', () => {
  expect(staleForUv).toBeGreaterThan(20);
  expect(differences.map((row) => row.mutation).filter((name) => !used.has(name))).toEqual([]);
});

async function ours(directory: string): Promise<readonly Staleness[]> {
  const project = await readProject(directory);
  const lock = await readLock(project);
  return checkLock(project, lock, await readSurroundings(project, lock));
}

/** Changes one file and gives its former text. */
function change(directory: string, { file, from, to }: Mutation): string {
  const path = join(directory, file);
  const text = readFileSync(path, 'utf8');
  const [before, after] = [filled(from, directory), filled(to, directory)];
  if (!text.includes(before)) throw new Error(`${file} has no ${JSON.stringify(before)}`);
  writeFileSync(
    path,
    text.replace(before, () => after),
  );
  return text;
}

async function uv(directory: string, ...options: readonly string[]): Promise<{ readonly stale: boolean; readonly message: string }> {
  try {
    await run(join(bin, 'uv'), ['lock', '--python', '3.11', ...options], { cwd: directory });
    return { stale: false, message: '' };
  } catch (error) {
    return { stale: true, message: String(error) };
  }
}

function filled(text: string, directory: string): string {
  const [wheel = '', second = ''] = readdirSync(join(base, 'links')).sort();
  const values: Readonly<Record<string, string>> = { wheel, second, repository: `file://${join(base, 'repository')}`, directory };
  return text.replace(/\{(wheel|second|repository|directory)\}/g, (_, key: string) => values[key] ?? '');
}

function makeLinks(): void {
  mkdirSync(join(base, 'links'));
  const options = ['download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', join(base, 'links')];
  execFileSync(join(bin, 'pip'), [...options, 'iniconfig', 'pluggy']);
}

function makeRepository(): void {
  const directory = join(base, 'repository');
  const git = (...options: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x.example', ...options], { cwd: directory, stdio: 'pipe' });
  put(join(directory, 'pyproject.toml'), '[project]\nname = "repo"\nversion = "1"\nrequires-python = ">=3.11"\n');
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message=one');
  for (const tag of ['v1', 'v2']) git('tag', tag);
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
