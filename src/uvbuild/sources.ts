import { posix } from 'node:path';
import type { Member, SourceFile, SourceTree } from '../project/types.ts';
import { invalidProject } from './errors.ts';
import { compileGlob, type PathMatcher } from './glob.ts';
import { distName, type ModuleRoots } from './modules.ts';
import type { BuildTables } from './tables.ts';

export type RegularFile = Extract<SourceFile, { type: 'file' }>;

/** A file of the project at its path in the wheel. */
export interface WheelSource {
  readonly wheelPath: string;
  readonly file: RegularFile;
}

const defaultExcludes = ['__pycache__', '*.pyc', '*.pyo'];
const dataKeys = ['purelib', 'platlib', 'headers', 'scripts', 'data'] as const;

/** The files of a tree by path, with links to files followed as uv_build follows them. */
export function filesByPath(tree: SourceTree): ReadonlyMap<string, RegularFile> {
  const direct = new Map(tree.files.map((file) => [file.path, file]));
  const files = new Map<string, RegularFile>();
  for (const file of tree.files) {
    const target = followLinks(file, direct);
    if (target !== undefined) files.set(file.path, target);
  }
  return files;
}

function followLinks(file: SourceFile, files: ReadonlyMap<string, SourceFile>): RegularFile | undefined {
  let current: SourceFile | undefined = file;
  for (let hops = 0; hops < 40 && current?.type === 'symlink'; hops++) {
    current = files.get(posix.join(posix.dirname(current.path), current.target));
  }
  return current?.type === 'file' ? current : undefined;
}

/** Paths that `wheel-exclude`, `source-exclude` and the default excludes remove: unanchored unless they start with `/`; a directory takes its contents along. */
export function excludeMatcher(tables: BuildTables, member: Member): PathMatcher {
  const { settings } = tables;
  const globs = [...(settings['default-excludes'] ? defaultExcludes : []), ...settings['wheel-exclude'], ...settings['source-exclude']];
  const matchers = globs.map((glob) => matcherOf(glob.startsWith('/') ? glob.slice(1) : `**/${glob}`, { member, field: 'an exclude' }));
  return (path) => prefixes(path).some((prefix) => matchers.some((matches) => matches(prefix)));
}

function prefixes(path: string): string[] {
  const segments = path.split('/');
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

function matcherOf(glob: string, context: { member: Member; field: string }): PathMatcher {
  const compiled = compileGlob(glob);
  if ('matches' in compiled) return compiled.matches;
  throw invalidProject(context.member, `${context.field} has the pattern ${JSON.stringify(glob)}: ${compiled.reason}`);
}

/** Paths that `project.license-files` matches, sorted; a pattern without a match is refused. */
export function licensePaths(tables: BuildTables, member: Member, files: ReadonlyMap<string, RegularFile>): string[] {
  const found = new Set<string>();
  for (const glob of tables.project['license-files'] ?? []) {
    const matches = matcherOf(glob, { member, field: 'project.license-files' });
    const paths = [...files.keys()].filter(matches);
    if (paths.length === 0) throw invalidProject(member, `project.license-files ${JSON.stringify(glob)} matches no file`);
    for (const path of paths) found.add(path);
  }
  return [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** The files of modules and data directories at their paths in the wheel. Throws UVBUILD_INVALID. */
export function wheelSources(
  member: Member,
  project: { tables: BuildTables; tree: SourceTree; files: ReadonlyMap<string, RegularFile>; roots: ModuleRoots; version: string },
): WheelSource[] {
  const { tables, tree, files, roots } = project;
  const isExcluded = excludeMatcher(tables, member);
  const select = (from: string, to: string) => {
    checkLinks(member, tree, { files, from, isExcluded });
    return [...files]
      .filter(([path]) => path.startsWith(from) && !isExcluded(path))
      .map(([path, file]) => ({ wheelPath: to + path.slice(from.length), file }));
  };
  const modules = roots.modules.flatMap((module) => select(`${roots.root}${module}/`, `${module}/`));
  const data = dataKeys.flatMap((key) => {
    const directory = tables.settings.data[key];
    if (directory === undefined) return [];
    return select(dataRoot(member, key, { directory, files }), `${distName(tables.project.name)}-${project.version}.data/${key}/`);
  });
  return [...modules, ...data];
}

function dataRoot(member: Member, key: string, place: { directory: string; files: ReadonlyMap<string, RegularFile> }): string {
  const normal = posix.normalize(`${place.directory}/`).replace(/^\.\//, '');
  if (normal.startsWith('/') || normal.startsWith('../'))
    throw invalidProject(member, `data.${key} ${JSON.stringify(place.directory)} lies outside the project`);
  for (const path of place.files.keys()) if (path.startsWith(normal)) return normal;
  throw invalidProject(member, `data.${key} ${JSON.stringify(place.directory)} is not a directory with files`);
}

function checkLinks(
  member: Member,
  tree: SourceTree,
  place: { files: ReadonlyMap<string, RegularFile>; from: string; isExcluded: PathMatcher },
): void {
  const broken = tree.files.find(({ path }) => path.startsWith(place.from) && !place.files.has(path) && !place.isExcluded(path));
  if (broken !== undefined) throw invalidProject(member, `the link ${broken.path} does not lead to a file of the project`);
}
