import { join } from 'node:path';
import { globToRegExp, isTable, type Member, normalPath, readTextIfThere, type SourceTree, tableAt } from '../project/index.ts';
import type { BuildSystem } from './system.ts';

/**
 * A tree as its build backend sees it: without the lock files at its top that cannot reach the wheel, so that a new lock is not a new package.
 * wherry.lock never can: it holds what is chosen for this very build. uv.lock can where something in the project takes or names it.
 */
export async function withoutLocks(member: Member, tree: SourceTree, system: BuildSystem): Promise<SourceTree> {
  const left = new Set(['wherry.lock']);
  if (tree.files.some(({ path }) => path === 'uv.lock') && !(await mayTakeLock(member, tree, system))) left.add('uv.lock');
  return { ...tree, files: tree.files.filter(({ path }) => !left.has(path)) };
}

/** What builds and is known to read no lock of uv; anything else may. */
const harmless =
  /^(?:hatchling|hatch-vcs|hatch-fancy-pypi-readme|hatch-requirements-txt|hatch-regex-commit|hatch-nodejs-version|setuptools|setuptools-scm|setuptools-git-versioning|vcs-versioning|versioningit|versioneer|wheel|flit-core|poetry-core|poetry-dynamic-versioning|pdm-backend|uv-build|uv-dynamic-versioning|dunamai|toml|tomli|packaging|typing-extensions)$/;

/** Where backends are told which files go into a wheel. */
const selections = [
  ['project', 'license-files'],
  ['tool', 'hatch', 'build'],
  ['tool', 'pdm', 'build'],
  ['tool', 'pdm', 'version'],
  ['tool', 'poetry', 'include'],
  ['tool', 'poetry', 'packages'],
  ['tool', 'setuptools'],
  ['tool', 'flit'],
];

/** Keys below these whose patterns take nothing into a wheel. */
const others = /^(?:excludes?|sdist|source-includes|find|where|dev-mode-dirs|\w*dependencies)$/;

/** Files beside pyproject.toml that decide what is built. */
const scripts = ['setup.py', 'setup.cfg', 'MANIFEST.in', 'hatch.toml', 'hatch_build.py', 'pdm_build.py', 'build.py'];

async function mayTakeLock({ pyproject }: Member, { directory, files }: SourceTree, system: BuildSystem): Promise<boolean> {
  if (system.backendPath.length > 0 || !system.requires.every((text) => harmless.test(nameIn(text)))) return true;
  const patterns = selections.flatMap((keys) => textsIn(valueAt(pyproject.data, keys)));
  if (patterns.some(takesLock)) return true;
  const present = scripts.filter((name) => files.some(({ path }) => path === name));
  const texts = await Promise.all(present.map((name) => readTextIfThere(join(directory, name))));
  return texts.some((text) => /\.lock\b/.test(text ?? ''));
}

function nameIn(requirement: string): string {
  const [, name = ''] = /^\s*([\w.-]+)/.exec(requirement) ?? [];
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function valueAt(data: Member['pyproject']['data'], keys: readonly string[]): unknown {
  return tableAt(data, keys.slice(0, -1))?.[keys.at(-1) ?? ''];
}

/** All texts of a setting, names of its keys among them: `force-include` has paths there. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => (others.test(key) ? [] : [key, ...textsIn(inner)]));
}

/** Whether a path or pattern names uv.lock or the whole top directory. */
function takesLock(pattern: string): boolean {
  // An empty text is no path: hatchling's `sources` strips directories by it, setuptools means all packages.
  const path = normalPath(pattern);
  return pattern !== '' && (path === '' || globToRegExp(path).test('uv.lock'));
}
