import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadLock, lockOfPins, type PinnedLock, readLock } from '../../src/lock/index.ts';
import { readProject } from '../../src/project/index.ts';
import { nothingAsked, targetOf } from '../../src/select/fixture.ts';
import { select } from '../../src/select/index.ts';
import { lock, root } from '../e2e/product.ts';
import { agreement, uv } from './pinnedFiles.ts';
import { sample } from './requirementSets.ts';

let folder: string;
let index: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-requirements-'));
  for (const project of projects) await lock(join(root, project));
  index = /registry = "([^"]+)"/.exec(readFileSync(join(root, 'examples/django-site/uv.lock'), 'utf8'))?.[1] as string;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const projects = ['examples/django-site', 'test/e2e/projects/forecast', 'test/e2e/projects/bot'];
const targets = [
  targetOf('3.13.5', 'glibc 2.41', 'amd64'),
  targetOf('3.13.5', 'glibc 2.36', 'arm64'),
  targetOf('3.11.2', 'glibc 2.36', 'amd64'),
];

describe('requirements files', () => {
  it.each(sample)('$name: the files are those that pip takes, the versions those of uv pip sync', async (set) => {
    const { ours, pip, versions, uvVersions } = await agreement(set, { folder, index });
    expect(ours).toEqual(pip);
    expect(versions).toEqual(uvVersions);
    expect(ours.length).toBeGreaterThan(2);
  });
});

describe('pylock.toml that uv exports', () => {
  it.each(projects)('gives the files of uv.lock: %s', async (path) => {
    const directory = join(folder, path);
    copyProject(join(root, path), directory);
    const project = await readProject(directory);
    const graph = await readLock(project);
    const exported = spawnSync(
      uv,
      ['export', '--frozen', '--quiet', '--no-dev', '--no-editable', '--format', 'pylock.toml', '-o', 'pylock.toml'],
      { cwd: directory },
    );
    expect(exported.status).toBe(0);
    const list = (await loadLock({ project, setting: { lock: 'pylock.toml', requirements: [] }, env: {} })) as PinnedLock;
    for (const target of targets) {
      const chosen = [graph, lockOfPins(list, project)].map((one) => select({ lock: one, project, target, request: nothingAsked }));
      // uv writes names of files in their normal form; the digests say that they are the same.
      const [ours, theirs] = chosen.map(({ packages }) =>
        packages.map(({ name, version, artifact }) => [name, version, artifact.kind === 'wheel' ? artifact.sha256 : artifact.kind]),
      );
      expect(ours).toEqual(theirs);
      expect(ours?.length).toBeGreaterThan(5);
    }
  });
});

/** The texts that locks and trees are read from; no caches. */
function copyProject(from: string, to: string): void {
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((each) => /(?:pyproject\.toml|uv\.lock|README\.md)$/.test(each) && !each.includes('.venv'))) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    copyFileSync(join(from, name), join(to, name));
  }
  writeFileSync(join(to, '.python-version'), '3.13');
}
