import { ToolError } from '../errors/index.ts';
import { stringsOf } from './capture.ts';
import type { BasePython } from './facts.ts';
import { apkPackages, dpkgPackages, fileText } from './packages.ts';
import type { ImageTree } from './tree.ts';

const usualPath = '/usr/local/bin:/usr/bin:/bin';

/**
 * The CPython that a base starts as `python3`: the first on its PATH, symlinks followed. Its version comes from the files themselves
 * (header, binary), else from the package database; `PYTHON_VERSION` is believed only where nothing else speaks. Errors: BASE_NO_PYTHON.
 */
export function findPython(tree: ImageTree, env: readonly string[]): BasePython {
  const path = pythonPath(tree, env);
  if (path === undefined) throw noPython('no python3 with a version in its name was found on its PATH');
  const minor = path.slice(path.lastIndexOf('python') + 'python'.length);
  if (isFreeThreaded(tree, path, minor)) throw noPython(`${path} is a free-threaded build, which ordinary wheels do not fit`);
  const version = fromHeader(tree, path, minor) ?? fromBinaries(tree, path, minor) ?? fromDatabase(tree, minor) ?? fromEnv(env, minor);
  if (version === undefined) throw noPython(`the version of ${path} could not be found`);
  return { path, version };
}

/** The dynamic loader's name inside an executable, for example `/ld-linux-x86-64.so.2`; undefined if none was seen. */
export function loaderOf(tree: ImageTree, path: string): string | undefined {
  return scanned(tree, path).find((text) => text.startsWith('/ld-'));
}

/** Such a build has the ordinary names too, but its library lies in a directory of its own. */
function isFreeThreaded(tree: ImageTree, path: string, minor: string): boolean {
  if (minor.endsWith('t')) return true;
  const library = `${prefixOf(path)}/lib/python${minor}`;
  return tree.resolve(`${library}/os.py`) === undefined && tree.list(`${library}t`).length > 0;
}

function pythonPath(tree: ImageTree, env: readonly string[]): string | undefined {
  const listed = env.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length) ?? '';
  const directories = `${listed}:${usualPath}`.split(':').filter((directory) => directory.startsWith('/'));
  for (const directory of new Set(directories)) {
    const found = tree.resolve(`${directory}/python3`)?.path;
    if (found !== undefined && /\/python3\.\d+t?$/.test(found)) return found;
    const named = versionedNames(tree, directory);
    // `python3` as a file of its own is one of the versions beside it; without it the newest is meant.
    if (named.length === 1 || (found === undefined && named.length > 0)) return tree.resolve(`${directory}/${named.at(-1)}`)?.path;
  }
  return undefined;
}

function versionedNames(tree: ImageTree, directory: string): string[] {
  return tree
    .list(directory)
    .filter((name) => /^python3\.\d+$/.test(name) && tree.resolve(`${directory}/${name}`)?.node.type === 'file')
    .sort((a, b) => Number(a.slice('python3.'.length)) - Number(b.slice('python3.'.length)));
}

function fromHeader(tree: ImageTree, path: string, minor: string): string | undefined {
  const header = fileText(tree, `${prefixOf(path)}/include/python${minor}/patchlevel.h`) ?? '';
  return ofMinor(/^#define\s+PY_VERSION\s+"(\d+\.\d+\.\d+)/m.exec(header)?.[1], minor);
}

function fromBinaries(tree: ImageTree, path: string, minor: string): string | undefined {
  const library = `${prefixOf(path)}/lib/libpython${minor}.so.1.0`;
  const versions = [path, library].flatMap((file) => scanned(tree, file)).filter((text) => text.startsWith(`${minor}.`));
  return new Set(versions).size === 1 ? versions[0] : undefined;
}

function fromDatabase(tree: ImageTree, minor: string): string | undefined {
  const names = [`python${minor}-minimal`, `libpython${minor}-minimal`, `python${minor}`, `python-${minor}`, 'python3'];
  const installed = [...dpkgPackages(tree), ...apkPackages(tree)].filter(({ name }) => names.includes(name));
  const versions = installed.map(({ version }) => ofMinor(/^(?:\d+:)?(\d+\.\d+\.\d+)/.exec(version)?.[1], minor));
  return versions.find((version) => version !== undefined);
}

function fromEnv(env: readonly string[], minor: string): string | undefined {
  const value = env.find((entry) => entry.startsWith('PYTHON_VERSION='))?.slice('PYTHON_VERSION='.length) ?? '';
  return ofMinor(/^\d+\.\d+\.\d+/.exec(value)?.[0], minor);
}

function ofMinor(version: string | undefined, minor: string): string | undefined {
  return version?.startsWith(`${minor}.`) ? version : undefined;
}

function scanned(tree: ImageTree, path: string): readonly string[] {
  const node = tree.resolve(path)?.node;
  return node?.type === 'file' ? stringsOf(node.captured) : [];
}

function prefixOf(path: string): string {
  return path.replace(/\/bin\/[^/]+$/, '');
}

function noPython(why: string): ToolError {
  return new ToolError('BASE_NO_PYTHON', `the base has no Python that can be used: ${why}`, {
    hint: 'use a Python image such as base = "python:3.13-slim", or base = "debian:13"',
  });
}
