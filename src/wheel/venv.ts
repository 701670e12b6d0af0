import { dirname } from 'node:path/posix';
import { type Digest, digestOf } from '../digest.ts';
import { ownParents } from '../image-paths.ts';
import type { FileEntry } from '../plan/recipe.ts';
import { compareTarPaths, epoch } from '../tar/index.ts';
import { venvLayout } from './venv-path.ts';

/** The base's interpreter: absolute path in the image and `X.Y.Z`. */
export interface BasePython {
  readonly path: string;
  readonly version: string;
}

/** Entries of a files recipe and the texts behind their digests. */
export interface TextFiles {
  /** Sorted bytewise by path, parents before children. */
  readonly entries: readonly FileEntry[];
  readonly texts: Readonly<Record<Digest, string>>;
}

/**
 * An empty virtual environment without running Python: `pyvenv.cfg` (PEP 405), links to the base's interpreter, site-packages.
 * Throws VENV_PATH.
 */
export function venvEntries(options: { readonly venv: string; readonly python: BasePython }): TextFiles {
  const { venv, python } = options;
  const minor = python.version.split('.').slice(0, 2).join('.');
  const layout = venvLayout(venv, minor);
  const config = pyvenvConfig(python);
  const own = { uid: 0, gid: 0, mtime: epoch } as const;
  const link = (path: string, target: string): FileEntry => ({ type: 'symlink', path, target, mode: 0o777, ...own });
  const directories = [
    ...ownParents(layout.root),
    layout.root,
    layout.bin,
    `${layout.root}/lib`,
    dirname(layout.sitePackages),
    layout.sitePackages,
  ];
  const entries: FileEntry[] = [
    ...directories.map((path): FileEntry => ({ type: 'directory', path, mode: 0o755, ...own })),
    { type: 'file', path: `${layout.root}/pyvenv.cfg`, sha256: digestOf(config), size: Buffer.byteLength(config), mode: 0o644, ...own },
    link(`${layout.bin}/python`, python.path),
    link(`${layout.bin}/python3`, 'python'),
    link(`${layout.bin}/python${minor}`, 'python'),
    link(`${layout.root}/lib64`, 'lib'),
  ];
  return { entries: entries.sort((a, b) => compareTarPaths(a.path, b.path)), texts: { [digestOf(config)]: config } };
}

function pyvenvConfig(python: BasePython): string {
  const lines = [
    `home = ${dirname(python.path)}`,
    'implementation = CPython',
    `version_info = ${python.version}`,
    'include-system-site-packages = false',
    'wherry = 1',
  ];
  return `${lines.join('\n')}\n`;
}
