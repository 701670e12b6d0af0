import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backendContext } from '../backend/fixture.ts';
import { bundledMinor } from '../bytecode/index.ts';
import type { Context } from '../context.ts';
import { readSourceTree } from '../project/index.ts';
import type { PlannedBuild } from './job.ts';
import { treeDigest } from './tree.ts';
import { withGit } from './with-git.ts';

let directory: string;
let ctx: Awaited<ReturnType<typeof backendContext>>;

const git = (...words: readonly string[]) => {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@a.example', '-c', 'init.defaultBranch=main', '-c', 'commit.gpgSign=false'];
  execFileSync('git', [...identity, ...words], { cwd: directory, stdio: 'ignore' });
};

const backend = `
import os, subprocess, zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    version = subprocess.run(['git', 'describe', '--tags'], capture_output=True, text=True).stdout.strip() or '0'
    name = f'demo-{version}-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as wheel:
        wheel.writestr(f'demo-{version}.dist-info/METADATA', f'Metadata-Version: 2.1\\nName: demo\\nVersion: {version}\\n')
    return name
`;

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'wherry-with-git-')));
  ctx = await backendContext();
  await mkdir(join(directory, 'tools'));
  await writeFile(join(directory, 'tools/own.py'), backend);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message=one');
  git('tag', '1.0');
});

afterAll(async () => {
  await ctx.remove();
  await rm(directory, { recursive: true, force: true });
});

it('a build runs again only when git answers something else', async () => {
  const tree = await readSourceTree(directory, { rules: 'none' });
  const planned: PlannedBuild = {
    build: { source: { kind: 'tree', files: treeDigest(tree) }, backend: 'own', backendPath: ['tools'], tools: [] },
    material: { kind: 'build', label: 'demo', origin: { kind: 'tree', tree, gitDirectory: directory }, tools: [] },
  };
  const recipe = { name: 'demo', pythonMinor: bundledMinor };
  const means = { authorize: async () => ({}), client: () => Promise.reject(new Error('no index is expected')) };
  const plan = (context: Context = ctx) => withGit(planned, recipe, { ...means, ctx: context });
  const first = await plan();
  expect(first.build.git).toMatch(/^sha256:/);
  // From here on the backend is not there: a build would say so.
  await unlink(join(directory, 'tools/own.py'));
  expect(await plan()).toEqual(first);
  await expect(plan({ ...ctx, store: { ...ctx.store, document: async () => ({ questions: [1] }) } })).rejects.toThrow('changed');
  git('tag', '--delete', '1.0');
  git('tag', '2.0');
  await expect(plan()).rejects.toThrow('own.py changed');
  await writeFile(join(directory, 'tools/own.py'), backend);
  const second = await plan();
  expect(second.build.git).not.toBe(first.build.git);
  await rm(join(directory, '.git'), { recursive: true });
  const without = await plan();
  expect(without.build.git).not.toBe(second.build.git);
  await unlink(join(directory, 'tools/own.py'));
  expect(await plan()).toEqual(without);
}, 120_000);
