import { ToolError } from '../errors/index.ts';
import { type Architecture, machineOf } from '../platform.ts';
import { stringsOf } from './capture.ts';
import type { Libc } from './facts.ts';
import { apkPackages, dpkgPackages } from './packages.ts';
import { loaderOf } from './python.ts';
import type { ImageTree } from './tree.ts';

/** The C library that a base's Python is linked with, by the loader that the executable names. Errors: BASE_NO_PYTHON. */
export function findLibc(tree: ImageTree, python: string, architecture: Architecture): Libc {
  const kind = kindOf(tree, python, architecture);
  const version = kind === 'glibc' ? glibcVersion(tree, architecture) : kind === 'musl' ? muslVersion(tree, architecture) : undefined;
  if (kind !== undefined && version !== undefined) return { kind, version };
  throw new ToolError('BASE_NO_PYTHON', `the C library of the base, or its version, could not be found`, {
    hint: 'use a base with glibc or musl, for example python:3.13-slim or python:3.13-alpine',
  });
}

/** Directories that the dynamic loader searches, as absolute paths. Configured ones (`ld.so.conf`) beyond Debian's defaults are not read. */
export function loaderDirectories(architecture: Architecture): string[] {
  const triplet = `${machineOf(architecture)}-linux-gnu`;
  const roots = ['/lib', '/usr/lib', '/lib64', '/usr/lib64'];
  return [...roots, `/lib/${triplet}`, `/usr/lib/${triplet}`, '/usr/local/lib', `/usr/local/lib/${triplet}`];
}

/** File names of shared libraries in the loader's directories: what a `DT_NEEDED` entry is looked up by. Sorted. */
export function findSonames(tree: ImageTree, architecture: Architecture): string[] {
  const names = loaderDirectories(architecture).flatMap((directory) =>
    tree
      .list(directory)
      .filter((name) => /^(?:lib|ld-)[!-~]*\.so(?:\.[0-9.]+)?$/.test(name) && tree.resolve(`${directory}/${name}`)?.node.type === 'file'),
  );
  return [...new Set(names)].sort();
}

function kindOf(tree: ImageTree, python: string, architecture: Architecture): Libc['kind'] | undefined {
  const loader = loaderOf(tree, python);
  if (loader !== undefined) return loader.startsWith('/ld-musl') ? 'musl' : 'glibc';
  const machine = machineOf(architecture);
  const glibc = architecture === 'amd64' ? '/lib64/ld-linux-x86-64.so.2' : '/lib/ld-linux-aarch64.so.1';
  if (tree.resolve(glibc) !== undefined) return 'glibc';
  return tree.resolve(`/lib/ld-musl-${machine}.so.1`) === undefined ? undefined : 'musl';
}

function glibcVersion(tree: ImageTree, architecture: Architecture): string | undefined {
  const texts = loaderDirectories(architecture).flatMap((directory) => strings(tree, `${directory}/libc.so.6`));
  const inside = texts.map((text) => /version (\d+\.\d+)$/.exec(text)?.[1]).find((version) => version !== undefined);
  return inside ?? majorMinor(dpkgPackages(tree).find(({ name }) => name === 'libc6')?.version);
}

function muslVersion(tree: ImageTree, architecture: Architecture): string | undefined {
  const installed = apkPackages(tree).find(({ name }) => name === 'musl');
  return majorMinor(installed?.version ?? strings(tree, `/lib/ld-musl-${machineOf(architecture)}.so.1`)[0]);
}

function majorMinor(version: string | undefined): string | undefined {
  return /^(?:\d+:)?(\d+\.\d+)/.exec(version ?? '')?.[1];
}

function strings(tree: ImageTree, path: string): readonly string[] {
  const node = tree.resolve(path)?.node;
  return node?.type === 'file' ? stringsOf(node.captured) : [];
}
