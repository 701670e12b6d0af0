import { z } from 'zod';
import { parseRequirement } from '../packaging/index.ts';
import type { Member } from '../project/types.ts';
import { invalidProject } from './errors.ts';

const strings = z.array(z.string());
const contact = z.strictObject({ name: z.string().optional(), email: z.string().optional() });
const readmeFile = z.object({ file: z.string(), 'content-type': z.string(), charset: z.string().optional() });
const readmeText = z.object({ text: z.string(), 'content-type': z.string(), charset: z.string().optional() });
const entryPoints = z.record(z.string(), z.string());

const projectShape = z.object({
  name: z.string(),
  version: z.string({ error: 'must be written in pyproject.toml' }),
  description: z.string().optional(),
  readme: z.union([z.string(), readmeFile, readmeText]).optional(),
  'requires-python': z.string().optional(),
  license: z.union([z.string(), z.object({ text: z.string() }), z.object({ file: z.string() })]).optional(),
  'license-files': strings.optional(),
  authors: z.array(contact).default([]),
  maintainers: z.array(contact).default([]),
  keywords: strings.optional(),
  classifiers: strings.default([]),
  urls: z.record(z.string(), z.string()).default({}),
  scripts: entryPoints.optional(),
  'gui-scripts': entryPoints.optional(),
  'entry-points': z.record(z.string(), entryPoints).optional(),
  dependencies: strings.default([]),
  'optional-dependencies': z.record(z.string(), strings).default({}),
  'import-names': strings.optional(),
  'import-namespaces': strings.optional(),
  dynamic: strings.default([]),
});

const settingsShape = z.object({
  'module-root': z.string().default('src'),
  'module-name': z.union([z.string(), strings]).optional(),
  namespace: z.boolean().default(false),
  'default-excludes': z.boolean().default(true),
  'source-include': strings.default([]),
  'source-exclude': strings.default([]),
  'wheel-exclude': strings.default([]),
  data: z
    .strictObject({
      purelib: z.string().optional(),
      platlib: z.string().optional(),
      headers: z.string().optional(),
      scripts: z.string().optional(),
      data: z.string().optional(),
    })
    .default({}),
});

/** The [project] table (pyproject.toml specification). */
export type ProjectTable = z.infer<typeof projectShape>;
/** [tool.uv.build-backend] with uv's defaults. */
export type BuildSettings = z.infer<typeof settingsShape>;

/** Both tables of a member, after the checks that need no files. Throws UVBUILD_INVALID. */
export interface BuildTables {
  readonly project: ProjectTable;
  readonly settings: BuildSettings;
}

/** Reads what `uv_build` reads from pyproject.toml. As there, unknown settings say nothing, except in `data`. */
export function readTables(member: Member): BuildTables {
  const { data } = member.pyproject;
  checkBuildSystem(member, table(data['build-system']));
  const uv = table(table(data.tool).uv);
  const project = parse(member, projectShape, { at: 'project', value: data.project });
  const settings = parse(member, settingsShape, { at: 'tool.uv.build-backend', value: uv['build-backend'] ?? {} });
  if (project.dynamic.length > 0) {
    throw invalidProject(member, `project.dynamic lists ${project.dynamic.join(', ')}, and uv_build supports no dynamic fields`);
  }
  return { project, settings };
}

function table(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function parse<T extends z.ZodType>(member: Member, shape: T, field: { at: string; value: unknown }): z.infer<T> {
  const result = shape.safeParse(field.value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [field.at, ...(issue?.path ?? [])].join('.');
  throw invalidProject(member, `${path}: ${issue?.message ?? 'wrong shape'}`);
}

function checkBuildSystem(member: Member, system: Record<string, unknown>): void {
  if (system['build-backend'] !== 'uv_build') throw invalidProject(member, 'build-system.build-backend is not uv_build');
  if (system['backend-path'] !== undefined)
    throw invalidProject(member, 'build-system.backend-path replaces the backend by code of the project');
  const requires = strings.safeParse(system.requires);
  const names = requires.success ? requires.data.map((text) => parseRequirement(text).name) : [];
  if (names.includes('uv-build')) return;
  throw invalidProject(member, 'build-system.requires does not name uv_build', 'write requires = ["uv_build"] in [build-system]');
}
