import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { readLock } from '../../../src/lock/index.ts';
import { normalizeName } from '../../../src/packaging/index.ts';
import { readProject } from '../../../src/project/index.ts';
import { prepareRoot } from '../../e2e/chroot.ts';
import { type ComparedTrees, compareTrees } from '../../e2e/compareTrees.ts';
import { unpackLayout } from '../../e2e/layout.ts';
import { build } from '../../e2e/product.ts';
import type { AllowedDifference } from '../../e2e/tree-differences.ts';
import { interpreterOf, syncWithUv } from '../../e2e/uvTree.ts';
import { type Application, bases, differencesOf, type FoundApplication } from './applications.ts';

export interface TreeOptions {
  /** An empty directory. */
  readonly scratch: string;
  /** Where downloads of both are kept from run to run. */
  readonly cache: string;
  /** What may differ in every application. */
  readonly table: readonly AllowedDifference[];
}

/** What came of one application. */
export interface TreeOutcome {
  readonly application: Application;
  /** Build backends of the distributions that both built, and how many these are. */
  readonly backends: readonly string[];
  readonly built: number;
  /** Rows of its own table: those that explained something, and those that did not. */
  readonly rows: { readonly used: readonly AllowedDifference[]; readonly unused: readonly AllowedDifference[] };
  /** The reason if there is nothing to compare. */
  readonly compared: ComparedTrees | string;
}

/**
 * Builds the image of a project with Wherry, unpacks it, and lets the real uv install the same project with the interpreter that is in it, at the same
 * path. Needs root.
 */
export async function compareApplication(found: FoundApplication, options: TreeOptions): Promise<TreeOutcome> {
  const { application, checkout, below } = found;
  const work = mkdtempSync(join(options.scratch, 'tree-'));
  const copy = join(work, 'project');
  const own = differencesOf(application);
  try {
    cpSync(checkout, copy, { recursive: true, verbatimSymlinks: true });
    const compared = await compareIn(work, { found, options: { ...options, table: [...options.table, ...own] } });
    const rows = {
      used: own.filter((row) => compared.used.includes(row)),
      unused: own.filter((row) => !compared.used.includes(row)),
    };
    return { application, rows, ...(await builtFrom(join(copy, below), compared.distributions)), compared };
  } catch (error) {
    const compared = error instanceof Error ? error.message : String(error);
    return { application, rows: { used: [], unused: [] }, backends: [], built: 0, compared };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function compareIn(
  work: string,
  { found, options }: { readonly found: FoundApplication; readonly options: TreeOptions },
): Promise<ComparedTrees> {
  const { application, below } = found;
  const [root, copy, ours, theirs] = ['root', 'project', 'ours', 'theirs'].map((name) => join(work, name)) as [
    string,
    string,
    string,
    string,
  ];
  const project = join(copy, below);
  const place = join(root, 'app/.venv');
  // Whether the lock is stale is another question; some projects commit a lock that is older than their version.
  const flags = ['--frozen', ...application.flags];
  const args = ['--python', application.python, '--base', bases[application.python], '--oci', join(work, 'oci'), ...flags];
  if (application.system !== undefined) writeFileSync(join(project, 'wherry.toml'), `system = ${JSON.stringify(application.system)}\n`);
  // Some projects are started by words that only their own deployment knows; nothing here starts them.
  await build({ project, store: join(options.cache, 'store'), args, env: { WHERRY_BYTECODE: 'all', WHERRY_COMMAND: 'python -V' } });
  await unpackLayout(join(work, 'oci'), root);
  rmSync(join(work, 'oci'), { recursive: true });
  await prepareRoot(root);
  const python = interpreterOf(place);
  renameSync(place, ours);
  await syncWithUv(copy, { root, python, below, flags, compile: true, cache: join(options.cache, 'uv'), git: true });
  renameSync(place, theirs);
  return compareTrees({ ours, theirs }, options.table);
}

/** Of the distributions of an environment, those that have no wheel in the lock; and what built the project's own. */
async function builtFrom(directory: string, distributions: readonly string[]): Promise<Pick<TreeOutcome, 'backends' | 'built'>> {
  const installed = new Set(distributions.map((name) => normalizeName(name.split('-')[0] ?? '')));
  const lock = await readLock(await readProject(directory));
  const built = lock.packages.filter(({ name, wheels }) => installed.has(name) && wheels.length === 0);
  const backends = built.flatMap(({ source }) => ('directory' in source ? [backendOf(join(directory, source.directory))] : []));
  return { backends: [...new Set(backends)].sort(), built: built.length };
}

function backendOf(directory: string): string {
  const file = join(directory, 'pyproject.toml');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const system = (parse(text)['build-system'] ?? {}) as { readonly 'build-backend'?: string };
  return (system['build-backend'] ?? 'setuptools').split('.')[0] ?? '';
}
