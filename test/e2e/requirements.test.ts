import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareRoot } from './chroot.ts';
import { isEqualAs } from './compareTrees.ts';
import { execute } from './execute.ts';
import { unpackLayout } from './layout.ts';
import { build, root as checkout, lock, uv } from './product.ts';
import { readTree } from './readTree.ts';
import { allowedDifferences } from './tree-differences.ts';
import { interpreterOf, syncWithUv } from './uvTree.ts';

/** A project that has nothing but requirements files, which name no hash and no URL. Needs root. */
describe('a project of requirements', () => {
  const work = mkdtempSync(join(tmpdir(), 'wherry-requirements-'));
  const [project, root, theirs, ours, place] = ['shelf', 'root', 'theirs', 'ours', 'root/app/.venv'].map((path) => join(work, path)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const store = join(checkout, '.cache/e2e/store');
  let index: string;
  let digest: string;

  beforeAll(async () => {
    if (process.getuid?.() !== 0) throw new Error('this test unpacks images with their owners: run it as root');
    const site = join(checkout, 'examples/django-site');
    await lock(site);
    // The index that uv is configured with on this machine, which is nobody else's business.
    index = /registry = "([^"]+)"/.exec(readFileSync(join(site, 'uv.lock'), 'utf8'))?.[1] as string;
    cpSync(join(checkout, 'test/e2e/projects/shelf'), project, { recursive: true });
    const built = await build({ project, store, args: ['--oci', join(work, 'oci'), '--no-bytecode'], env: { UV_DEFAULT_INDEX: index } });
    digest = built.digest;
    await unpackLayout(join(work, 'oci'), root);
    await prepareRoot(root);
    renameSync(place, ours);
  }, 600_000);
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it('has the environment that uv pip sync makes', async () => {
    await syncWithUv(project, { root, python: interpreterOf(ours), requirements: 'requirements.txt', index });
    renameSync(place, theirs);
    const [inOurs, inTheirs] = [readTree(ours), readTree(theirs)];
    const different = [...new Set([...inOurs.keys(), ...inTheirs.keys()])].filter((path) => inOurs.get(path) !== inTheirs.get(path));
    expect(different.filter((path) => !isAllowed(path))).toEqual([]);
    expect([...inOurs.keys()].filter((path) => /\.dist-info$/.test(path))).toHaveLength(10);
  }, 120_000);

  it('has its own source beside it, and neither requirements nor locks', () => {
    expect([...readTree(join(root, 'app')).keys()].filter((path) => path !== '.')).toEqual(['main.py']);
  });

  it('is the same image without asking the index, and from the same list as pylock.toml', async () => {
    const again = await build({
      project,
      store,
      args: ['--locked', '--no-bytecode'],
      env: { UV_DEFAULT_INDEX: 'https://index.example/simple' },
    });
    expect(again).toMatchObject({ digest, reused: again.layers });
    const compile = ['pip', 'compile', '--quiet', '--universal', '--no-deps', '--python-version', '3.13', '--format', 'pylock.toml'];
    await execute([uv, ...compile, '-o', 'pylock.toml', 'requirements.txt'], {
      cwd: project,
      env: { ...process.env, UV_DEFAULT_INDEX: index },
    });
    const listed = await build({
      project,
      store,
      args: ['--locked', '--no-bytecode'],
      env: { UV_DEFAULT_INDEX: 'https://index.example/simple' },
    });
    expect(listed.digest).toBe(digest);
  }, 120_000);

  function isAllowed(path: string): boolean {
    const row = allowedDifferences.find((candidate) => candidate.path.test(path));
    return row !== undefined && isEqualAs(row, join(ours, path), join(theirs, path));
  }
});
