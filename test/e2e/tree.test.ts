import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytecodeIn, type LoadedBytecode } from './bytecodeIn.ts';
import { enter, prepareRoot } from './chroot.ts';
import { compareTrees } from './compareTrees.ts';
import { unpackLayout } from './layout.ts';
import { build, root as checkout, lock } from './product.ts';
import { type AllowedDifference, allowedDifferences } from './tree-differences.ts';
import { interpreterOf, syncWithUv } from './uvTree.ts';

const projects = [
  { name: 'web', directory: 'examples/django-site', python: '3.13', own: /^\/app\/(?!\.venv\/)/ },
  { name: 'data', directory: 'test/e2e/projects/forecast', python: '3.13', own: /\/site-packages\/forecast\// },
  { name: 'bot', directory: 'test/e2e/projects/bot', python: '3.11', own: /\/site-packages\/(?:bot|greetings)\// },
];

const scripts: Readonly<Record<string, number>> = { web: 3, data: 15, bot: 8 };
const used = new Set<AllowedDifference>();
const distributions: string[] = [];

/** Real projects, built by Wherry and unpacked, against what the real uv installs with the same interpreter at the same path. Needs root. */
describe.each(projects)('$name ($directory)', ({ name, directory, python, own }) => {
  const work = mkdtempSync(join(tmpdir(), 'wherry-tree-'));
  const root = join(work, 'root');
  const [theirs, ours, place] = ['theirs', 'ours', 'root/app/.venv'].map((path) => join(work, path)) as [string, string, string];

  let bytecode: readonly LoadedBytecode[] = [];

  beforeAll(async () => {
    if (process.getuid?.() !== 0) throw new Error('this test unpacks images with their owners: run it as root');
    const project = join(work, 'project');
    await lock(join(checkout, directory));
    cpSync(join(checkout, directory), project, { recursive: true });
    await build({
      project,
      store: join(checkout, '.cache/e2e/store'),
      args: ['--oci', join(work, 'oci')],
      env: { WHERRY_BYTECODE: 'all' },
    });
    await unpackLayout(join(work, 'oci'), root);
    await prepareRoot(root);
    const interpreter = interpreterOf(place);
    expect(interpreter.endsWith(`/python${python}`)).toBe(true);
    bytecode = await bytecodeIn(['/usr/lib', '/app'], { root, python: interpreter });
    renameSync(place, ours);
    await syncWithUv(project, { root, python: interpreter, compile: true });
    renameSync(place, theirs);
  }, 600_000);
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it('has the same paths, bytes, modes and link targets', () => {
    const compared = compareTrees({ ours, theirs }, allowedDifferences);
    expect(compared.unexplained).toEqual([]);
    for (const row of compared.used) used.add(row);
    distributions.push(...compared.distributions);
    console.log(
      `${name}: ${compared.distributions.length} distributions, ${compared.paths} paths, ${compared.explained} allowed differences`,
    );
  });

  it('has bytecode that its Python loads, checked for own code alone', () => {
    expect(bytecode.filter(({ fresh, source, filename }) => !fresh || filename !== source)).toEqual([]);
    const wrong = bytecode.filter(({ source, flags }) => flags !== (own.test(source) ? 3 : 1));
    expect(wrong).toEqual([]);
    const count = (pattern: RegExp) => bytecode.filter(({ source }) => pattern.test(source)).length;
    const [library, packages, first] = [/^\/usr\/lib\//, /\/site-packages\//, own].map(count) as [number, number, number];
    expect(library).toBeGreaterThan(400);
    expect(packages).toBeGreaterThan(400);
    expect(first).toBeGreaterThan(0);
    console.log(`${name}: ${library} modules of the standard library, ${packages} of packages, ${first} of the project`);
  });

  it('has console scripts that say the same', async () => {
    const names = readdirSync(join(ours, 'bin')).filter((script) => lstatSync(join(ours, 'bin', script)).isFile());
    const inTheirs = await helpOf(names, { root, venv: theirs, place });
    const inOurs = await helpOf(names, { root, venv: ours, place });
    expect(inOurs).toEqual(inTheirs);
    expect(names.length).toBeGreaterThanOrEqual(scripts[name] as number);
    // Some take no --help, or ask for an extra that is not installed; but two environments where nothing runs would be equal too.
    const failing = inOurs.filter(({ status }) => status !== 0).map(({ script, status }) => `${script} ${status}`);
    expect(failing.length).toBeLessThan(names.length / 3);
    console.log(`${name}: ${names.length} scripts with --help, not 0: ${failing.join(', ') || 'none'}`);
  });
});

describe('the comparison', () => {
  it('covers at least 100 distributions', () => {
    expect(new Set(distributions).size).toBeGreaterThanOrEqual(100);
  });

  it('has at most ten rows of allowed differences, each of them needed', () => {
    expect(allowedDifferences.filter((row) => !used.has(row)).map((row) => row.path.source)).toEqual([]);
    expect(allowedDifferences.length).toBeLessThanOrEqual(10);
  });
});

const environment = {
  PATH: '/app/.venv/bin:/usr/local/bin:/usr/bin:/bin',
  HOME: '/tmp/home',
  LANG: 'C.UTF-8',
  COLUMNS: '100',
  PYTHONDONTWRITEBYTECODE: '1',
};

interface Help {
  readonly script: string;
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

interface Trees {
  readonly root: string;
  readonly venv: string;
  /** Where the environment must lie while it is used. */
  readonly place: string;
}

/** What each script answers to `--help`, in the image with one of the two environments in its place and a new home directory. */
async function helpOf(names: readonly string[], { root, venv, place }: Trees): Promise<Help[]> {
  renameSync(venv, place);
  const home = join(root, environment.HOME);
  mkdirSync(home, { recursive: true });
  const answers: Help[] = [];
  try {
    for (const script of names) {
      const answer = await enter([`/app/.venv/bin/${script}`, '--help'], { root, cwd: '/app', env: environment, timeout: 120_000 });
      answers.push({ script, ...answer });
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
    renameSync(place, venv);
  }
  return answers;
}
