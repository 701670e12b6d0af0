import { join, posix } from 'node:path';
import { parse } from 'smol-toml';
import type { BuildFile } from '../backend/index.ts';
import { type Digest, digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { type Member, readOutsideMember, type SourceFile, type SourceTree } from '../project/index.ts';
import { type UvBuiltWheel, uvBuildWheel } from '../uvbuild/index.ts';
import type { ReadSource } from './source.ts';

/** The wheel of a project whose backend is uv_build: made here, without running anything. Errors: UVBUILD_INVALID, UVBUILD_MODULE_MISSING, PROJECT_BROKEN. */
export async function ourWheel(source: ReadSource, label: string): Promise<UvBuiltWheel> {
  const contents = new Map<Digest, Uint8Array>();
  const files: SourceFile[] = [];
  for (const file of below(source)) files.push(file.type === 'symlink' ? { ...file } : await hashed(file, contents));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const tree: SourceTree = { directory: '/', files, leftOut: [] };
  return uvBuildWheel({ member: memberOf(tree, { contents, label }), tree, contents });
}

function below({ files, subdirectory }: ReadSource): readonly BuildFile[] {
  if (subdirectory === undefined) return files;
  const prefix = `${posix.normalize(subdirectory).replace(/\/+$/, '')}/`;
  return files.flatMap((file) => (file.path.startsWith(prefix) ? [{ ...file, path: file.path.slice(prefix.length) }] : []));
}

async function hashed(file: BuildFile & { readonly type: 'file' }, contents: Map<Digest, Uint8Array>): Promise<SourceFile> {
  const bytes = await file.content();
  const sha256 = digestOf(bytes);
  contents.set(sha256, bytes);
  return { type: 'file', path: file.path, sha256, size: bytes.length, executable: file.executable };
}

function memberOf(
  tree: SourceTree,
  { contents, label }: { readonly contents: ReadonlyMap<Digest, Uint8Array>; readonly label: string },
): Member {
  const file = tree.files.find(({ path }) => path === 'pyproject.toml');
  const bytes = file?.type === 'file' ? contents.get(file.sha256) : undefined;
  const text = Buffer.from(bytes ?? '').toString();
  // Paths in messages: the file is part of an archive or a repository.
  const pyproject = { file: join(label, 'pyproject.toml'), text, data: parse(text) };
  const member = readOutsideMember(pyproject, pyproject);
  if (member !== undefined) return member;
  throw new ToolError('PROJECT_BROKEN', `pyproject.toml of ${label} has no [project] table`);
}
