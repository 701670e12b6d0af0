import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'smol-toml';
import type { BuildBackend, BuildFile } from '../../src/backend/index.ts';
import { readTarBytes } from '../../src/tar/index.ts';

/** An unpacked sdist. */
export interface Tree {
  /** Name of its top directory. */
  readonly rootName: string;
  readonly files: readonly BuildFile[];
}

/** The files of an sdist, with the two modes that builds see. */
export function readSdist(path: string): Tree {
  const entries = [...readTarBytes(gunzipSync(readFileSync(path)))].filter((entry) => entry.type !== 'directory');
  const rootName = entries[0]?.path.split('/')[0] ?? '';
  const files = entries.map((entry): BuildFile => {
    const below = entry.path.slice(rootName.length + 1);
    if (entry.type === 'symlink') return { type: 'symlink', path: below, target: entry.linkname };
    return { type: 'file', path: below, executable: (entry.mode & 0o100) !== 0, content: () => entry.data };
  });
  return { rootName, files };
}

/** Puts a tree on the disk, for a native build. */
export async function writeTree(directory: string, { files }: Pick<Tree, 'files'>): Promise<void> {
  for (const file of files) {
    const path = join(directory, file.path);
    mkdirSync(dirname(path), { recursive: true });
    if (file.type === 'symlink') symlinkSync(file.target, path);
    else {
      writeFileSync(path, await file.content());
      chmodSync(path, file.executable ? 0o755 : 0o644);
    }
  }
}

/** `[build-system]` as frontends read it (PEP 517, PEP 518). */
export async function backendOf({ files }: Pick<Tree, 'files'>): Promise<BuildBackend> {
  const file = files.find(({ path }) => path === 'pyproject.toml');
  const text = file?.type === 'file' ? Buffer.from(await file.content()).toString() : '';
  const system = (parse(text)['build-system'] ?? {}) as { readonly 'build-backend'?: string; readonly 'backend-path'?: string[] };
  const { 'build-backend': buildBackend = 'setuptools.build_meta:__legacy__', 'backend-path': backendPath = [] } = system;
  return { buildBackend, backendPath, configSettings: {} };
}
