import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { SourceTree } from '../project/types.ts';
import type { BuildFile } from './types.ts';

/** The files of a tree on this machine, for a job. Reading one that has changed since throws SOURCE_CHANGED. */
export function treeFiles(tree: SourceTree): readonly BuildFile[] {
  return tree.files.map((file): BuildFile => {
    if (file.type === 'symlink') return file;
    const { path, executable } = file;
    return { type: 'file', path, executable, content: () => readUnchanged(tree.directory, file) };
  });
}

/** A file with a text of ours. */
export function textFile(path: string, text: string): BuildFile {
  return { type: 'file', path, executable: false, content: () => Buffer.from(text) };
}

async function readUnchanged(directory: string, file: { readonly path: string; readonly sha256: string }): Promise<Uint8Array> {
  const bytes = await readFile(join(directory, file.path)).catch(() => undefined);
  if (bytes !== undefined && digestOf(bytes) === file.sha256) return bytes;
  throw new ToolError('SOURCE_CHANGED', `${join(directory, file.path)} changed while the build was running`, {
    hint: 'run the command again',
  });
}
