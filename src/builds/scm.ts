import { type BuildFile, textFile } from '../backend/index.ts';
import { isTable, type TomlTable, tableAt } from '../project/index.ts';

/** Build requirements that take a version, or the list of files, from version control. */
const tools =
  /^\s*(?:setuptools[-_.]scm|hatch[-_.]vcs|versioningit|vcs[-_.]versioning|setuptools[-_.]git[-_.]versioning|dunamai|versioneer)\b/i;

/** Whether a build asks git: its version is dynamic, and what builds it reads tags. */
export function asksGit(data: TomlTable | undefined, requires: readonly string[]): boolean {
  const dynamic = tableAt(data, ['project'])?.dynamic;
  if (data !== undefined && isTable(data.project) && !(Array.isArray(dynamic) && dynamic.includes('version'))) return false;
  return requires.some((text) => tools.test(text)) || tableAt(data, ['tool', 'pdm', 'version'])?.source === 'scm';
}

/**
 * A source without its repository, as a source distribution would have it: the version that uv.lock has stands in PKG-INFO, where tools look that find no
 * git. A file that is there stays.
 */
export function withVersion(files: readonly BuildFile[], { name, version, subdirectory }: Versioned): readonly BuildFile[] {
  const path = subdirectory === undefined ? 'PKG-INFO' : `${subdirectory.replace(/\/+$/, '')}/PKG-INFO`;
  if (version === undefined || files.some((file) => file.path === path)) return files;
  const text = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
  return [...files, textFile(path, text)];
}

export interface Versioned {
  readonly name: string;
  /** As in uv.lock. */
  readonly version: string | undefined;
  readonly subdirectory?: string | undefined;
}
