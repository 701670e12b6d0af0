import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { ToolError } from '../../errors/index.ts';
import { configHome } from '../login/places.ts';
import { type Place, parsePlace } from '../place.ts';
import { isHost } from '../reference.ts';
import type { RegistryRule, RuleMirror, RulePrefix } from './endpoints.ts';

const pulls = z.enum(['all', 'digest-only', 'tag-only', '']);
const mirrorSchema = z.object({ location: z.string(), insecure: z.boolean().optional(), 'pull-from-mirror': pulls.optional() });
const registrySchema = z.object({
  prefix: z.string().optional(),
  location: z.string().optional(),
  insecure: z.boolean().optional(),
  blocked: z.boolean().optional(),
  'mirror-by-digest-only': z.boolean().optional(),
  mirror: z.array(mirrorSchema).optional(),
});
const fileSchema = z.object({ registry: z.array(registrySchema).optional() });
type RegistryTable = z.infer<typeof registrySchema>;

const system = '/etc/containers';

/**
 * The `[[registry]]` tables of this machine (containers-registries.conf(5)): `$CONTAINERS_REGISTRIES_CONF`, else the user's registries.conf, else
 * that of `/etc/containers`; then the files of `/etc/containers/registries.conf.d` and of the user's registries.conf.d in the order of their
 * names. A later table replaces an earlier one of the same prefix. Other settings (short names, search lists) mean nothing to Wherry.
 * Errors: REGISTRY_CONFIG.
 */
export async function readRegistriesConf(env: Context['env'], etc = system): Promise<readonly RegistryRule[]> {
  const home = configHome(env);
  const user = home === undefined ? undefined : join(home, 'containers');
  const byPrefix = new Map<string, RegistryRule>();
  const dropIns = [...(await dropInsOf(etc)), ...(user === undefined ? [] : await dropInsOf(user))];
  for (const rule of [
    ...(await mainRules(env, [user, etc])),
    ...(await Promise.all(dropIns.map(rulesOf))).flatMap((rules) => rules ?? []),
  ]) {
    byPrefix.set(JSON.stringify(rule.prefix), rule);
  }
  return [...byPrefix.values()];
}

async function mainRules(env: Context['env'], directories: readonly (string | undefined)[]): Promise<readonly RegistryRule[]> {
  const named = env.CONTAINERS_REGISTRIES_CONF;
  if (named) {
    const rules = await rulesOf(named);
    if (rules !== undefined) return rules;
    throw new ToolError('REGISTRY_CONFIG', `cannot read ${named}, which CONTAINERS_REGISTRIES_CONF names`, { where: { file: named } });
  }
  for (const directory of directories) {
    const rules = directory === undefined ? undefined : await rulesOf(join(directory, 'registries.conf'));
    if (rules !== undefined) return rules;
  }
  return [];
}

async function dropInsOf(directory: string): Promise<string[]> {
  const folder = join(directory, 'registries.conf.d');
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith('.conf'))
    .toSorted()
    .map((name) => join(folder, name));
}

/** Undefined if there is no such file. */
async function rulesOf(file: string): Promise<readonly RegistryRule[] | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return (tablesOf(text, file).registry ?? []).map((table) => ruleOf(table, file));
}

function tablesOf(text: string, file: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? zodWhy(cause) : firstLine(cause);
    throw broken(file, why, cause);
  }
}

function zodWhy({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
}

function firstLine(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
}

function ruleOf(table: RegistryTable, file: string): RegistryRule {
  const prefix = prefixOf(table, file);
  if (prefix.kind === 'place' && table.location === undefined) throw broken(file, `the table of prefix ${table.prefix} has no location`);
  return {
    prefix,
    location: table.location === undefined ? undefined : placeOf(table.location, file),
    insecure: table.insecure ?? false,
    blocked: table.blocked ?? false,
    mirrors: (table.mirror ?? []).map((mirror) => mirrorOf(mirror, table, file)),
    file,
  };
}

function prefixOf({ prefix, location }: RegistryTable, file: string): RulePrefix {
  const text = prefix || location;
  if (!text) throw broken(file, 'a [[registry]] table has neither prefix nor location');
  const domain = text.startsWith('*.') ? text.slice(2) : undefined;
  if (domain === undefined) return { kind: 'place', place: placeOf(text, file) };
  if (isHost(domain) && !domain.includes(':')) return { kind: 'below', domain };
  throw broken(file, `${JSON.stringify(text)} is not of the form *.DOMAIN`);
}

function mirrorOf(mirror: z.infer<typeof mirrorSchema>, table: RegistryTable, file: string): RuleMirror {
  const own = mirror['pull-from-mirror'] || undefined;
  const byDigest = table['mirror-by-digest-only'] === true;
  if (byDigest && own !== undefined) throw broken(file, 'mirror-by-digest-only and pull-from-mirror exclude each other');
  return { location: placeOf(mirror.location, file), insecure: mirror.insecure ?? false, pulls: own ?? (byDigest ? 'digest-only' : 'all') };
}

function placeOf(text: string, file: string): Place {
  const place = parsePlace(text);
  if (place !== undefined) return place;
  throw broken(file, `${JSON.stringify(text)} is not of the form HOST[:PORT][/PATH]`);
}

function broken(file: string, why: string, cause?: unknown): ToolError {
  return new ToolError('REGISTRY_CONFIG', `cannot use the registries of ${file}: ${why}`, {
    where: { file },
    hint: 'correct the file (containers-registries.conf(5)), or set CONTAINERS_REGISTRIES_CONF to another one',
    ...(cause === undefined ? {} : { cause }),
  });
}
