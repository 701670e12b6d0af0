import { join } from 'node:path';
import { isTable, type Project, type Pyproject, parseToml, placeOf, readTextIfThere, type TomlTable, tableAt } from '../project/index.ts';
import { configError, configInvalid, notYet, refuseInsecure, refuseReserved, type Written } from './issues.ts';
import { type ConfigFile, configSchema } from './schema.ts';

/** The settings that are written down, checked, with the places of their keys. */
export interface FoundConfig extends Written {
  readonly file: ConfigFile;
  /** `root` if the settings lie in the workspace root although a member below was chosen. */
  readonly scope: 'project' | 'root';
}

/**
 * The configuration of a project: `wherry.toml` or `[tool.wherry]` of its directory, else of the workspace root; undefined if there is none.
 * Throws CONFIG_INVALID (also if both are there), CONFIG_UNKNOWN_KEY, CONFIG_NOT_YET, PROJECT_BROKEN.
 */
export async function findConfig(project: Project): Promise<FoundConfig | undefined> {
  const own = project.member?.pyproject ?? project.rootPyproject;
  const found = await configAt(project.directory, own);
  if (found !== undefined) return readConfig(found, 'project');
  if (project.directory === project.root) return undefined;
  const outer = await configAt(project.root, project.rootPyproject);
  return outer === undefined ? undefined : readConfig(outer, 'root');
}

interface RawConfig extends Written {
  readonly table: TomlTable;
}

async function configAt(directory: string, pyproject: Pyproject): Promise<RawConfig | undefined> {
  const file = join(directory, 'wherry.toml');
  const text = await readTextIfThere(file);
  const tool = tableAt(pyproject.data, ['tool', 'wherry']);
  const inside: Written = { name: '[tool.wherry]', where: (path) => placeOf(pyproject, ['tool', 'wherry', ...path]) };
  if (text === undefined) return tool === undefined ? undefined : { ...inside, table: tool };
  if (tool !== undefined) {
    throw configInvalid(
      `settings are both in ${file} and in [tool.wherry] of ${pyproject.file}`,
      inside.where([]),
      'keep one of the two: move the keys of [tool.wherry] into wherry.toml, or delete wherry.toml',
    );
  }
  return { name: 'wherry.toml', where: (path) => placeOf({ file, text }, path), table: parseToml(text, file) };
}

function readConfig(raw: RawConfig, scope: FoundConfig['scope']): FoundConfig {
  refuseReserved(raw.table, [], raw);
  refuseInsecure(raw.table, raw);
  const images = isTable(raw.table.images) ? raw.table.images : {};
  for (const [name, image] of Object.entries(images)) {
    if (isTable(image)) refuseReserved(image, ['images', name], raw);
    refuseFamily(image, { path: ['images', name, 'base'], written: raw });
  }
  refuseFamily(raw.table, { path: ['base'], written: raw });
  const parsed = configSchema.safeParse(raw.table, { reportInput: true });
  if (!parsed.success) throw configError(parsed.error, raw);
  return { name: raw.name, where: raw.where, file: parsed.data, scope };
}

function refuseFamily(table: unknown, at: { readonly path: readonly string[]; readonly written: Written }): void {
  const base = isTable(table) ? table.base : undefined;
  if (typeof base === 'string' && base.startsWith('image:')) throw notYet(`base = "${base}"`, at.written.where(at.path));
}
