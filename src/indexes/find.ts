import { ToolError } from '../errors/index.ts';
import type { Project } from '../project/types.ts';
import { readUvSettings } from '../uvsettings/index.ts';
import { readPipSettings } from './pip-conf.ts';
import type { IndexOptions, IndexPlace } from './types.ts';
import { uvOptions, uvVariables } from './uv-settings.ts';

export interface IndexQuestion {
  readonly project: Pick<Project, 'root' | 'rootPyproject'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Options that stand in the requirements files themselves. */
  readonly own?: IndexOptions;
  /** Registries that the project's lock names already. */
  readonly locked?: readonly string[];
  /** The index of the packaged defaults.json; a checkout has none. */
  readonly packaged?: string | undefined;
}

/**
 * The indexes to ask, in order (DESIGN §9): directories and pages of files, the additional indexes, and last one default index. Each comes from the
 * requirements files, uv's variables, the project's uv settings, the user's; the default index also from pip's settings, from the registry
 * that the lock names, and from what the package was released with. uv's rule: additional indexes come before the default one.
 */
export async function findIndexes(question: IndexQuestion): Promise<readonly IndexPlace[]> {
  const { own, env } = question;
  const settings = [...(own === undefined ? [] : [own]), uvVariables(env, question.project.root), ...(await configuredOptions(question))];
  const links = settings.flatMap(({ findLinks }) => findLinks);
  if (settings.some(({ noIndex }) => noIndex === true)) return distinct(links);
  const index = settings.map((options) => options.index).find((found) => found !== undefined);
  const last = index === undefined ? await otherDefault(question) : [index];
  return distinct([...links, ...settings.flatMap(({ extra }) => extra), ...last]);
}

/** Of the project, the user and the system, each with its own directory for relative paths. */
async function configuredOptions({ project, env }: IndexQuestion): Promise<readonly IndexOptions[]> {
  const { own, host } = await readUvSettings(project, env);
  return [...(own === undefined ? [] : [own]), ...host].map(uvOptions);
}

async function otherDefault({ env, locked = [], packaged }: IndexQuestion): Promise<readonly IndexPlace[]> {
  const pip = await readPipSettings(env);
  if (pip.indexUrl !== undefined) {
    const urls = [...pip.extraIndexUrls, pip.indexUrl];
    return urls.map((url) => ({ url, kind: 'simple', origin: pip.origin }));
  }
  const url = locked.find((registry) => /^https?:/i.test(registry));
  if (url !== undefined) return [{ url, kind: 'simple', origin: 'uv.lock' }];
  return packaged === undefined ? [] : [{ url: packaged, kind: 'simple', origin: 'the packaged default' }];
}

function distinct(places: readonly IndexPlace[]): readonly IndexPlace[] {
  return [...new Map(places.map((place) => [`${place.kind} ${place.url.replace(/\/+$/, '')}`, place])).values()];
}

/** The error of a look-up where nothing names an index; `what` is what was looked for. */
export function indexUnknown(what: string): ToolError {
  return new ToolError('INDEX_UNKNOWN', `no package index is known to look up ${what}`, {
    hint: 'set UV_DEFAULT_INDEX, add [[tool.uv.index]] with default = true, or write --index-url into the requirements file',
  });
}
