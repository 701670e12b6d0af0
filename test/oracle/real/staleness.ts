import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkLock, type Lock, readLock, readSurroundings } from '../../../src/lock/index.ts';
import { normalizeName } from '../../../src/packaging/index.ts';
import { type Project, readProject } from '../../../src/project/index.ts';
import { type Change, changed, changes, type Facts } from './changes.ts';
import { append, set, sourceOf } from './edits.ts';

/** What uv or Wherry says of a lock. `unverified` is Wherry's alone: a build backend would have to be asked. */
export type Verdict = 'fresh' | 'stale' | 'unverified';

export interface Judgement {
  readonly change: string;
  readonly uv: Verdict;
  readonly wherry: Verdict;
  /** What either said, for people. */
  readonly told: string;
}

export interface StalenessOptions {
  readonly uv: string;
  /** Interpreter that uv is given. */
  readonly python: string;
  /** A directory that keeps uv's cache: `warm` fills it, the rest is asked offline. */
  readonly home: string;
  readonly lanes: number;
  /** All changes unless given. */
  readonly changes?: readonly Change[];
}

/** uv's judgement of the project as it is, then of every change that applies, and ours. */
export async function judgeProject(directory: string, options: StalenessOptions): Promise<readonly Judgement[]> {
  const copies = mkdtempSync(join(options.home, 'changed-'));
  try {
    const project = await readProject(directory);
    const facts = factsOf(project, await readLock(project));
    const source = sourceOf(project.rootPyproject.text);
    const queue = [
      { name: 'nothing', text: source.text },
      ...(options.changes ?? changes).flatMap((change) => {
        const text = changed(change, source, facts);
        return text === undefined ? [] : [{ name: change.name, text }];
      }),
    ];
    await warm(directory, copies, facts, options);
    const judgements: Judgement[] = [];
    const lane = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const copy = copyOf(directory, copies, next.text);
        judgements.push({ change: next.name, ...(await judge(copy, options)) });
        rmSync(copy, { recursive: true });
      }
    };
    await Promise.all(Array.from({ length: options.lanes }, lane));
    return judgements;
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

function factsOf(project: Project, lock: Lock): Facts {
  const own = new Set(project.members.map(({ name }) => name));
  const root = lock.packages.find(({ name }) => name === project.member?.name);
  const direct = new Set([
    ...own,
    ...Object.values(root?.groups ?? {})
      .flat()
      .map(({ name }) => name),
    ...(root?.dependencies ?? []).map(({ name }) => name),
  ]);
  const indirect = lock.packages.find(({ name, source }) => source.kind === 'registry' && !direct.has(name));
  return {
    indirect: indirect?.name ?? 'idna',
    versionOf: (name) => lock.packages.find((locked) => locked.name === normalizeName(name))?.version,
  };
}

/** Lets uv resolve once with the index at hand, so that it can resolve again without. The change is one that it cannot ignore. */
async function warm(directory: string, copies: string, facts: Facts, options: StalenessOptions): Promise<void> {
  const source = sourceOf(readFileSync(join(directory, 'pyproject.toml'), 'utf8'));
  const line = `constraint-dependencies = ["${facts.indirect}<99999"]`;
  const copy = copyOf(directory, copies, set(source, 'tool.uv', line) ?? append(source, `[tool.uv]\n${line}`));
  await lockCommand(copy, options, []);
  rmSync(copy, { recursive: true });
}

function copyOf(directory: string, copies: string, text: string): string {
  const copy = mkdtempSync(join(copies, 'copy-'));
  cpSync(directory, copy, { recursive: true });
  writeFileSync(join(copy, 'pyproject.toml'), text);
  return copy;
}

async function judge(directory: string, options: StalenessOptions): Promise<Omit<Judgement, 'change'>> {
  const [theirs, ours] = await Promise.all([lockCommand(directory, options, ['--check', '--offline']), wherryVerdict(directory)]);
  const uv = theirs.status === 0 ? 'fresh' : 'stale';
  return { uv, wherry: ours.verdict, told: uv === 'fresh' ? ours.told : theirs.log.slice(-600) };
}

async function wherryVerdict(directory: string): Promise<{ readonly verdict: Verdict; readonly told: string }> {
  try {
    const project = await readProject(directory);
    const lock = await readLock(project);
    const found = checkLock(project, lock, await readSurroundings(project, lock));
    const told = found.map(({ field, lockValue, projectValue }) => `${field}: ${lockValue} | ${projectValue}`).join('; ');
    return { verdict: found.length === 0 ? 'fresh' : found.some(({ kind }) => kind === 'differs') ? 'stale' : 'unverified', told };
  } catch (error) {
    // A project that cannot be read is not built either.
    return { verdict: 'stale', told: String(error) };
  }
}

async function lockCommand(
  directory: string,
  { uv, python, home }: StalenessOptions,
  flags: readonly string[],
): Promise<{ readonly status: number | null; readonly log: string }> {
  const child = spawn(uv, ['lock', '--python', python, ...flags], {
    cwd: directory,
    env: {
      ...process.env,
      HOME: home,
      NO_COLOR: '1',
      UV_CACHE_DIR: join(home, 'cache'),
      UV_PYTHON_DOWNLOADS: 'never',
      UV_PROJECT_ENVIRONMENT: join(home, 'none'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, log };
}
