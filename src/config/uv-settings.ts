import { join } from 'node:path';
import { type Project, parseToml, placeOf, readTextIfThere, tableAt } from '../project/index.ts';
import { configError, type Written } from './issues.ts';
import type { Source } from './merged.ts';
import { type ImageKeys, imageKeySchemas } from './schema.ts';

/** Settings of uv that are keys of an image too: they are defaults there. */
const shared = ['no-build', 'no-build-package', 'no-binary', 'no-binary-package'] as const satisfies readonly (keyof ImageKeys)[];

/** `[tool.uv]` of the workspace root, or the uv.toml that replaces it. Throws CONFIG_INVALID, PROJECT_BROKEN. */
export async function uvSource({ root, rootPyproject }: Project): Promise<Source> {
  const file = join(root, 'uv.toml');
  const text = await readTextIfThere(file);
  const inside: Written = { name: '[tool.uv]', where: (path) => placeOf(rootPyproject, ['tool', 'uv', ...path]) };
  const written = text === undefined ? inside : { name: 'uv.toml', where: (path: readonly string[]) => placeOf({ file, text }, path) };
  const table = text === undefined ? (tableAt(rootPyproject.data, ['tool', 'uv']) ?? {}) : parseToml(text, file);
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
