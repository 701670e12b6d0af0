import { type Project, placeOf } from '../project/index.ts';
import { readUvSettings } from '../uvsettings/index.ts';
import { configError, type Written } from './issues.ts';
import type { Source } from './merged.ts';
import { type ImageKeys, imageKeySchemas } from './schema.ts';

/** Settings of uv that are keys of an image too: they are defaults there. */
const shared = ['no-build', 'no-build-package', 'no-binary', 'no-binary-package'] as const satisfies readonly (keyof ImageKeys)[];

/**
 * The project's settings of uv. Those of the user and of the system are left out: an image would depend on whose machine made it.
 * Throws CONFIG_INVALID, PROJECT_BROKEN.
 */
export async function uvSource(project: Project, env: Readonly<Record<string, string | undefined>>): Promise<Source> {
  const { own, table } = await readUvSettings(project, env);
  const written: Written = {
    name: own?.name ?? '[tool.uv]',
    where: (path) => (own === undefined ? undefined : placeOf(own, [...own.prefix, ...path])),
  };
  const values: Record<string, unknown> = {};
  for (const key of shared) {
    if (table[key] === undefined) continue;
    const parsed = imageKeySchemas[key].safeParse(table[key], { reportInput: true });
    if (!parsed.success) throw configError(parsed.error, { name: `${written.name} ${key}`, where: () => written.where([key]) });
    values[key] = parsed.data;
  }
  return {
    values,
    origin: (key) => {
      const where = written.where([key]);
      return where === undefined ? { origin: written.name } : { origin: written.name, where };
    },
  };
}
