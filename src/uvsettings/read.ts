import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isTable, type Project, parseToml, readPyproject, readTextIfThere, type TomlTable, tableAt } from '../project/index.ts';
import { mergedSettings } from './merge.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** A file that uv takes settings from. */
export interface SettingsFile {
  /** For people. */
  readonly name: '[tool.uv]' | 'uv.toml';
  /** Absolute path; relative paths among the settings start beside it. */
  readonly file: string;
  readonly text: string;
  /** Keys of the file above the settings. */
  readonly prefix: readonly string[];
  readonly table: TomlTable;
}

/** What uv is configured with in a project. Keys that uv takes from the root's pyproject.toml alone are only in `workspace`. */
export interface UvSettings {
  /** `[tool.uv]` of the workspace root: constraints, overrides, environments, conflicts, sources and what else makes the workspace. */
  readonly workspace: TomlTable;
  /** The one file of the project that counts: uv.toml beside the root, else its `[tool.uv]`, else the nearest of both in a directory above. */
  readonly own: SettingsFile | undefined;
  /** The files of the user and of the system, in this order; what they say holds on this machine alone. */
  readonly host: readonly SettingsFile[];
  /** `own` alone. */
  readonly table: TomlTable;
  /** All files as one table: of single values the first counts, lists are joined, tables are joined by key. */
  readonly all: TomlTable;
}

/**
 * Reads the settings of uv as uv finds them. `UV_CONFIG_FILE` takes the place of all files, `UV_NO_CONFIG` of all there is; without an environment the
 * machine's own files are not looked at. Errors: PROJECT_BROKEN for a file that is no TOML, as uv ends with one.
 */
export async function readUvSettings({ root, rootPyproject }: Pick<Project, 'root' | 'rootPyproject'>, env?: Env): Promise<UvSettings> {
  const workspace = tableAt(rootPyproject.data, ['tool', 'uv']) ?? {};
  const { own, host } = await filesOf({ root, rootPyproject }, env);
  const table = own === undefined ? {} : settingsOnly(own.table);
  return { workspace, own, host, table, all: mergedSettings([table, ...host.map((file) => settingsOnly(file.table))]) };
}

async function filesOf(project: Pick<Project, 'root' | 'rootPyproject'>, env: Env | undefined): Promise<Pick<UvSettings, 'own' | 'host'>> {
  if (/^(?:1|true|yes|on|y|t)$/i.test(env?.UV_NO_CONFIG ?? '')) return { own: undefined, host: [] };
  if (env?.UV_CONFIG_FILE) return { own: await readUvToml(env.UV_CONFIG_FILE), host: [] };
  const host = await Promise.all((env === undefined ? [] : hostFiles(env)).map(readUvToml));
  // Of several files of the system uv takes the first.
  const [user, ...system] = host;
  const first = system.find((file) => file !== undefined);
  return { own: await nearest(project), host: [user, first].filter((file) => file !== undefined) };
}

async function nearest({ root, rootPyproject }: Pick<Project, 'root' | 'rootPyproject'>): Promise<SettingsFile | undefined> {
  for (let directory = root; ; directory = dirname(directory)) {
    const own = await readUvToml(join(directory, 'uv.toml'));
    if (own !== undefined) return own;
    const pyproject = directory === root ? rootPyproject : await readPyproject(join(directory, 'pyproject.toml'));
    const tool = pyproject?.data.tool;
    const uv = isTable(tool) ? tool.uv : undefined;
    if (pyproject !== undefined && isTable(uv)) {
      return { name: '[tool.uv]', file: pyproject.file, text: pyproject.text, prefix: ['tool', 'uv'], table: uv };
    }
    if (directory === dirname(directory)) return undefined;
  }
}

async function readUvToml(file: string): Promise<SettingsFile | undefined> {
  const text = await readTextIfThere(file);
  return text === undefined ? undefined : { name: 'uv.toml', file, text, prefix: [], table: parseToml(text, file) };
}

function hostFiles(env: Env): readonly string[] {
  const home = env.HOME || homedir();
  const system = (env.XDG_CONFIG_DIRS || '/etc/xdg').split(':').map((directory) => join(directory, 'uv/uv.toml'));
  return [join(env.XDG_CONFIG_HOME || join(home, '.config'), 'uv/uv.toml'), ...system, '/etc/uv/uv.toml'];
}

/** Keys that make a workspace: uv refuses most of them in a uv.toml, passes over the others there, and never inherits them from a directory above. */
const workspaceKeys: ReadonlySet<string> = new Set([
  ...['workspace', 'sources', 'managed', 'package', 'build-backend'],
  ...[
    'dev-dependencies',
    'default-groups',
    'dependency-groups',
    'conflicts',
    'environments',
    'required-environments',
    'minimum-libc-version',
  ],
  ...['constraint-dependencies', 'override-dependencies', 'exclude-dependencies', 'build-constraint-dependencies'],
]);

function settingsOnly(table: TomlTable): TomlTable {
  return Object.fromEntries(Object.entries(table).filter(([key]) => !workspaceKeys.has(key)));
}
