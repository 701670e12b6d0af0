import { posix } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { normalizeName } from '../packaging/index.ts';
import type { Member } from '../project/types.ts';
import { invalidProject } from './errors.ts';
import type { BuildTables } from './tables.ts';

/** Where the modules are, relative to the project: `root` is '' or ends in `/`. */
export interface ModuleRoots {
  readonly root: string;
  /** Directories below `root`, for example `acme/tools`; none lies inside another. */
  readonly modules: readonly string[];
}

const identifier = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Package name as it stands in file names: `My.Pkg` becomes `my_pkg`. */
export function distName(name: string): string {
  return normalizeName(name).replaceAll('-', '_');
}

/** Finds the modules that the wheel holds, by uv_build's rules; throws UVBUILD_MODULE_MISSING or UVBUILD_INVALID. `paths` are the project's files. */
export function findModules(member: Member, tables: BuildTables, paths: ReadonlySet<string>): ModuleRoots {
  const root = moduleRoot(member, tables);
  const names = withoutNested(moduleNames(tables));
  const explicit = tables.settings['module-name'] !== undefined;
  const modules = names.map((name) => {
    return tables.settings.namespace
      ? namespaceModule(member, name, { root, paths })
      : regularModule(member, name, { root, paths, explicit });
  });
  return { root, modules };
}

/** A module inside another one comes with it. */
function withoutNested(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !names.some((other) => name.startsWith(`${other}.`)));
}

function moduleRoot(member: Member, tables: BuildTables): string {
  const written = tables.settings['module-root'];
  const normal = posix.normalize(posix.join('/project', written));
  if (posix.isAbsolute(written) || (normal !== '/project' && normal !== '/project/' && !normal.startsWith('/project/'))) {
    throw invalidProject(member, `module-root ${JSON.stringify(written)} lies outside the project`);
  }
  const inside = normal.slice('/project'.length).replace(/^\/|\/$/g, '');
  return inside === '' ? '' : `${inside}/`;
}

function moduleNames(tables: BuildTables): readonly string[] {
  const written = tables.settings['module-name'];
  if (written !== undefined) return typeof written === 'string' ? [written] : written;
  const name = normalizeName(tables.project.name);
  if (tables.settings.namespace) return [distName(name)];
  return [name.endsWith('-stubs') ? `${distName(name.slice(0, -'-stubs'.length))}-stubs` : distName(name)];
}

interface Place {
  readonly root: string;
  readonly paths: ReadonlySet<string>;
}

function namespaceModule(member: Member, name: string, place: Place): string {
  const module = name.split('.').join('/');
  const prefix = `${place.root}${module}/`;
  for (const path of place.paths) if (path.startsWith(prefix)) return module;
  throw missing(member, prefix);
}

function regularModule(member: Member, name: string, place: Place & { explicit: boolean }): string {
  const segments = name.split('.');
  const [first = ''] = segments;
  const isStubs = first.endsWith('-stubs');
  const checked = [isStubs ? first.slice(0, -'-stubs'.length) : first, ...segments.slice(1)];
  if (place.explicit && !checked.every((segment) => identifier.test(segment))) {
    throw invalidProject(member, `module-name ${JSON.stringify(name)} is not a Python module name`);
  }
  const module = segments.join('/');
  const init = `${place.root}${module}/__init__.py${isStubs ? 'i' : ''}`;
  if (!place.paths.has(init)) throw missing(member, init);
  checkNamespaceParents(member, segments, place);
  return module;
}

function checkNamespaceParents(member: Member, segments: readonly string[], place: Place): void {
  for (let depth = segments.length - 1; depth >= 0; depth--) {
    const directory = [place.root.replace(/\/$/, ''), ...segments.slice(0, depth)].filter((part) => part !== '').join('/');
    const prefix = directory === '' ? '' : `${directory}/`;
    const init = [`${prefix}__init__.py`, `${prefix}__init__.pyi`].find((path) => place.paths.has(path));
    if (init !== undefined)
      throw invalidProject(member, `${init} makes its directory a package, but it is a namespace for ${segments.join('.')}`);
  }
}

function missing(member: Member, path: string): ToolError {
  return new ToolError('UVBUILD_MODULE_MISSING', `cannot build ${member.name}: there is no module at ${path}`, {
    where: { file: member.pyproject.file },
    hint: `create ${path}, or name the module: module-name = "…" in [tool.uv.build-backend]`,
  });
}
