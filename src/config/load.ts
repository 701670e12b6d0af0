import { ToolError } from '../errors/index.ts';
import type { Project } from '../project/index.ts';
import { type FoundConfig, findConfig } from './file.ts';
import { defaultKeys, imageConfig } from './image.ts';
import { configInvalid } from './issues.ts';
import { type MergedImage, mergeImage, type Source } from './merged.ts';
import { settingsFromFlags, settingsFromVariables, settingsOfUv } from './outside.ts';
import { type ImageKeys, imageName } from './schema.ts';
import { packageNames } from './selection.ts';
import { suggest } from './suggest.ts';
import type { ConfigOrigin, ImageConfig } from './types.ts';
import { uvSource } from './uv-settings.ts';

export interface LoadConfigInput {
  readonly project: Project;
  /** The process environment; WHERRY_* are looked at, and those of uv that mean the same as a key. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: ConfigFlags;
}

/** What the command line says. `values` has the file's keys (`platforms`, `no-groups`, ...). */
export interface ConfigFlags {
  /** `--image NAME`; all images if empty. */
  readonly images?: readonly string[];
  readonly values?: Partial<ImageKeys>;
}

export interface LoadedConfig {
  /** At least one, in the order of the file. */
  readonly images: readonly ImageConfig[];
  readonly origins: readonly ConfigOrigin[];
}

/**
 * Merges flags, WHERRY_* variables, those of uv, the file, uv's own settings and defaults, in this order of precedence, into the settings of
 * each image (DESIGN §7). Tables of names (env, labels, annotations, links) are merged by key, everything else is replaced as a whole.
 * Throws CONFIG_INVALID, CONFIG_UNKNOWN_KEY, CONFIG_NOT_YET, SECRET_REFUSED, USAGE, PROJECT_BROKEN, PROJECT_MEMBER_UNKNOWN.
 */
export async function loadConfig(input: LoadConfigInput): Promise<LoadedConfig> {
  const found = await findConfig(input.project);
  const outside = [...outsideSources(input)];
  const names = chosenNames(input, found);
  const below = [await uvSource(input.project, input.env), defaultSource];
  const merged = names.map((name) => mergeImage(name, [...outside, ...fileSources(found, name), ...below]));
  const { debian, registries } = found?.file ?? {};
  const images = merged.map((image) => imageConfig(image, { debian, registries, member: input.project.member?.name }));
  for (const image of merged) requireMembers(input.project, image);
  return { images, origins: merged.flatMap((image) => image.origins) };
}

function requireMembers(project: Project, { values, origins }: MergedImage): void {
  const names = project.members.map((member) => member.name);
  const wanted = packageNames(values).find((name) => !names.includes(name));
  if (wanted === undefined) return;
  const near = suggest(wanted, names);
  const where = origins.find((origin) => origin.key === 'package')?.where;
  throw new ToolError('PROJECT_MEMBER_UNKNOWN', `the workspace has no member named ${wanted}`, {
    details: [`members: ${names.join(', ')}`],
    ...(where === undefined ? {} : { where }),
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  });
}

function* outsideSources(input: LoadConfigInput): Generator<Source> {
  const flags = settingsFromFlags(input.flags?.values ?? {});
  yield { values: flags.values, origin: (key) => ({ origin: flags.nameOf(key) }) };
  for (const variables of [settingsFromVariables(input.env), settingsOfUv(input.env)]) {
    yield { values: variables.values, origin: (key) => ({ origin: variables.nameOf(key) }) };
  }
}

function fileSources(found: FoundConfig | undefined, name: string): readonly Source[] {
  if (found === undefined) return [];
  const { images, debian: _debian, registries: _registries, ...shared } = found.file;
  const place = (path: readonly string[]): Pick<ConfigOrigin, 'origin' | 'where'> => {
    const where = found.where(path);
    return where === undefined ? { origin: found.name } : { origin: found.name, where };
  };
  return [
    { values: images?.[name] ?? {}, origin: (key) => place(['images', name, key]) },
    { values: shared, origin: (key) => place([key]) },
  ];
}

const defaultSource: Source = { values: defaultKeys, origin: () => ({ origin: 'default' }) };

/** Settings of the workspace root, seen from one of its members, are about that member alone. */
function isFor(image: Partial<ImageKeys>, project: Project): boolean {
  return project.member !== undefined && packageNames(image).includes(project.member.name);
}

/** Without `[images]` there is one image, named after the project. */
function chosenNames(input: LoadConfigInput, found: FoundConfig | undefined): readonly string[] {
  const names = imageNames(input.project, found);
  const wanted = input.flags?.images ?? [];
  for (const name of wanted) {
    if (names.includes(name)) continue;
    const near = suggest(name, names);
    throw new ToolError('USAGE', `--image ${name}: there is no such image`, {
      details: [`images: ${names.join(', ')}`],
      ...(near === undefined ? {} : { hint: `did you mean --image ${near}?` }),
    });
  }
  return wanted.length === 0 ? names : names.filter((name) => wanted.includes(name));
}

function imageNames(project: Project, found: FoundConfig | undefined): readonly string[] {
  const all = Object.entries(found?.file.images ?? {});
  const mine = found?.scope === 'root' ? all.filter(([, image]) => isFor(image, project)) : all;
  if (mine.length > 0) return mine.map(([name]) => name);
  const name = project.name.replaceAll(/[^a-z0-9-]+/g, '-').replaceAll(/^-+|-+$/g, '');
  if (imageName.safeParse(name).success) return [name];
  throw configInvalid(`the name ${project.name} cannot name an image`, undefined, 'name one: [tool.wherry.images.NAME]');
}
