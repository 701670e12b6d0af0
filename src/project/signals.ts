import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { detectApps, isRunnable, type ModuleFile } from './detect-apps.ts';
import { detectDjango, type ReadSource } from './detect-django.ts';
import { logicalLines } from './python-source.ts';
import { readTextIfThere, tableAt } from './toml.ts';
import type { Member, StartSignal } from './types.ts';

const moduleNames = ['main', 'app', 'api', 'server', 'application', 'asgi', 'wsgi'];
const neverPackages: ReadonlySet<string> = new Set([
  'tests',
  'test',
  'docs',
  'examples',
  'scripts',
  'node_modules',
  'build',
  'dist',
  'venv',
]);

/** Everything in the sources that may start the project; never runs Python. `member` is undefined for a root without [project]. */
export async function readStartSignals(directory: string, member: Member | undefined): Promise<readonly StartSignal[]> {
  const read: ReadSource = async (path) => readSource(join(directory, path));
  const modules = await readModules(directory, { member, read });
  const applications = [...entrypointSignals(member), ...(await djangoSignals(directory, { member, read })), ...detectApps(modules)];
  const gunicorn = gunicornSettings(await read('gunicorn.conf.py'));
  return [
    ...scriptSignals(member),
    ...applications.map((signal) => (gunicorn === undefined ? signal : { ...signal, gunicorn })),
    ...mainSignals(modules),
  ];
}

/** Names that a gunicorn.conf.py assigns at module level. */
function gunicornSettings(source: string | undefined): Readonly<Record<string, string>> | undefined {
  if (source === undefined) return undefined;
  const settings = logicalLines(source).flatMap((line) => {
    const name = line.indent === 0 ? /^([a-z_]+)\s*=[^=]/.exec(line.code)?.[1] : undefined;
    return name === undefined ? [] : [[name, /=\s*"0"$/.test(line.code) ? (line.strings[0] ?? '') : ''] as const];
  });
  return Object.fromEntries(settings);
}

/** Source that is not UTF-8 shows nothing; Python itself would need a coding comment to run it. */
async function readSource(file: string): Promise<string | undefined> {
  try {
    return await readTextIfThere(file);
  } catch {
    return undefined;
  }
}

interface Search {
  readonly member: Member | undefined;
  readonly read: ReadSource;
}

/** Console scripts exist in the image only if the project is installed. */
function scriptSignals(member: Member | undefined): readonly StartSignal[] {
  if (member?.isPackage !== true) return [];
  const scripts = tableAt(member.pyproject.data, ['project', 'scripts']) ?? {};
  return Object.entries(scripts)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([name, target]) => ({
      kind: 'script',
      target: name,
      file: 'pyproject.toml',
      reason: `[project.scripts] defines ${name} = "${target}"`,
    }));
}

function entrypointSignals(member: Member | undefined): readonly StartSignal[] {
  const target = tableAt(member?.pyproject.data, ['tool', 'fastapi'])?.entrypoint;
  if (typeof target !== 'string' || !/^[\w.]+:\w+$/.test(target)) return [];
  return [{ kind: 'fastapi', target, file: 'pyproject.toml', reason: `[tool.fastapi] entrypoint is "${target}"` }];
}

async function djangoSignals(directory: string, search: Search): Promise<readonly StartSignal[]> {
  const folders = ['', 'src', ...(await folderNames(directory)).filter((name) => name !== 'src')];
  for (const folder of folders) {
    const file = folder === '' ? 'manage.py' : `${folder}/manage.py`;
    const source = await search.read(file);
    if (source === undefined) continue;
    const installed = search.member?.isPackage === true;
    const roots = installed ? [folder, packageRoot(search.member)] : [folder];
    const found = await detectDjango({ file, source, roots: [...new Set(roots)], installed }, search.read);
    if (found.length > 0) return found;
  }
  return [];
}

function packageRoot(member: Member | undefined): string {
  const root = tableAt(member?.pyproject.data, ['tool', 'uv', 'build-backend'])?.['module-root'];
  return typeof root === 'string' ? root : 'src';
}

async function folderNames(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.filter((name) => /^[A-Za-z_]\w*$/.test(name) && !neverPackages.has(name)).sort();
}

/** Modules that can be imported in the image: installed ones from the package root, others from where their source is copied. */
async function readModules(directory: string, search: Search): Promise<readonly ModuleFile[]> {
  const installed = search.member?.isPackage === true;
  const root = installed ? packageRoot(search.member) : 'src';
  const places = [
    { folder: '', importRoot: undefined, packages: await rootPackages(directory, search) },
    ...(root === '' || root === '.'
      ? []
      : [{ folder: root, importRoot: installed ? undefined : root, packages: await folderNames(join(directory, root)) }]),
  ];
  const found: ModuleFile[] = [];
  for (const { folder, importRoot, packages } of places) {
    for (const module of candidates(packages, { alone: folder === '' || !installed })) {
      const file = [folder, `${module.replaceAll('.', '/')}.py`].filter((step) => step !== '').join('/');
      const source = await search.read(file);
      if (source !== undefined) found.push({ file, module, source, importRoot });
    }
  }
  return found;
}

/** `alone`: modules outside of packages count too; a wheel does not hold those of a package root. */
function candidates(packages: readonly string[], options: { readonly alone: boolean }): readonly string[] {
  return [
    ...(options.alone ? moduleNames : []),
    ...packages.flatMap((name) => [...moduleNames, '__init__', '__main__'].map((module) => `${name}.${module}`)),
  ];
}

/** Packages beside pyproject.toml; of an installed project only those that its build can take. */
async function rootPackages(directory: string, search: Search): Promise<readonly string[]> {
  const names = (await folderNames(directory)).filter((name) => name !== 'src');
  if (search.member?.isPackage !== true) return names;
  if (search.member.backend === 'uv_build' && packageRoot(search.member) !== '') return [];
  const sources = await Promise.all(names.map((name) => search.read(`${name}/__init__.py`)));
  return names.filter((_, index) => sources[index] !== undefined);
}

function mainSignals(modules: readonly ModuleFile[]): readonly StartSignal[] {
  return modules.flatMap((file): readonly StartSignal[] => {
    const isMain = file.module === 'main';
    const isPackageMain = /^\w+\.__main__$/.test(file.module);
    if (!(isMain || isPackageMain) || !isRunnable(file.source)) return [];
    const target = isMain ? file.file : `${file.module.replaceAll('.', '/')}.py`;
    const reason = isMain ? `${file.file} is a script` : `${file.file} makes the package runnable with python -m`;
    return [{ kind: 'main', target, file: file.file, reason, ...(file.importRoot === undefined ? {} : { importRoot: file.importRoot }) }];
  });
}
