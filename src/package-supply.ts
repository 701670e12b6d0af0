import type { Context } from './context.ts';
import { type Authorize, indexCredentials, type Locate, type PackageIndex, packageIndexes } from './download/index.ts';
import type { IndexClient, IndexOptions } from './indexes/index.ts';
import type { PackageSource } from './lock/index.ts';
import { isTable, type Project, type Pyproject, tableAt } from './project/index.ts';
import { readUvSettings } from './uvsettings/index.ts';

/** Where packages come from: their indexes, opened when first needed, and the credentials for them. */
export interface PackageSupply {
  readonly client: () => Promise<IndexClient>;
  readonly authorize: Authorize;
  readonly locate: Locate;
}

export interface SupplyQuestion {
  readonly ctx: Context;
  readonly indexes?: IndexOptions | undefined;
  /** Registries that uv.lock names: the last resort for what has no URL. */
  readonly locked?: readonly string[];
}

/** The registries of locked packages, each once. */
export function registriesOf(packages: readonly { readonly source: PackageSource }[]): readonly string[] {
  return [...new Set(packages.flatMap(({ source }) => (source.kind === 'registry' ? [source.registry] : [])))];
}

/** One text for one place, whatever login it is written with. */
function placeOfUrl(url: string): string {
  return URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname.replace(/\/+$/, '')}` : url;
}

/** URLs of git repositories and archives that the project names with a login, which uv.lock never holds. */
function sourceUrls({ data }: Pyproject): { readonly url: string }[] {
  const entries = Object.values(tableAt(data, ['tool', 'uv', 'sources']) ?? {}).flat();
  return entries.flatMap((entry) => {
    const { git, url } = isTable(entry) ? entry : {};
    return [git, url].flatMap((text) => (typeof text === 'string' && /^https?:\/\/[^/?#]*@/i.test(text) ? [{ url: text }] : []));
  });
}

interface ConfiguredIndexes {
  readonly indexes: readonly PackageIndex[];
  /** Whether the program `keyring` is asked for logins. */
  readonly keyring: boolean;
}

/** Indexes that uv is configured with, also those of `[tool.uv]` beside a uv.toml: sources may name them. */
async function configuredIndexes(project: Pick<Project, 'root' | 'rootPyproject'>, env: Context['env']): Promise<ConfiguredIndexes> {
  const { all, workspace } = await readUvSettings(project, env);
  const keyring = (env.UV_KEYRING_PROVIDER ?? all['keyring-provider']) === 'subprocess';
  return { indexes: [...packageIndexes(all, env), ...packageIndexes(workspace, {})], keyring };
}

/** The package indexes of a project, with those that its requirements name; credentials for them and for the project's sources. */
export function packageSupply(
  project: Pick<Project, 'root' | 'rootPyproject'> & Partial<Pick<Project, 'members'>>,
  { ctx, indexes: own, locked = [] }: SupplyQuestion,
): PackageSupply {
  const named =
    own === undefined ? [] : [...(own.index === undefined ? [] : [own.index]), ...own.extra, ...own.findLinks, ...(own.logins ?? [])];
  const { env } = ctx;
  const sources = [project.rootPyproject, ...(project.members ?? []).map(({ pyproject }) => pyproject)].flatMap(sourceUrls);
  let settings: Promise<ConfiguredIndexes> | undefined;
  const configured = (): Promise<ConfiguredIndexes> => {
    settings ??= configuredIndexes(project, env);
    return settings;
  };
  let credentials: Promise<Authorize> | undefined;
  const authorize: Authorize = async (url) => {
    credentials ??= configured().then(({ indexes, keyring }) =>
      indexCredentials({ env, indexes: [...named, ...indexes, ...sources], keyring }),
    );
    return await (await credentials)(url);
  };
  let client: Promise<IndexClient> | undefined;
  const open = (): Promise<IndexClient> => {
    client ??= import('./indexes/index.ts').then(async ({ findIndexes, openIndexes }) => {
      // One that the project names is no default: it is for the packages that name it.
      const known = new Set((await configured()).indexes.map(({ url }) => placeOfUrl(url)));
      const others = locked.filter((registry) => !known.has(placeOfUrl(registry)));
      const places = await findIndexes({ project, env, locked: others, packaged: ctx.defaults?.index, ...(own && { own }) });
      return openIndexes({ places, ctx, authorize });
    });
    return client;
  };
  const locate: Locate = async (url, digest) => (await import('./indexes/index.ts')).locateOn(open)(url, digest);
  return { client: open, authorize, locate };
}
