import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** Settings of pip that name indexes. */
export interface PipSettings {
  readonly indexUrl: string | undefined;
  readonly extraIndexUrls: readonly string[];
  /** `PIP_INDEX_URL`, or the path of the file. */
  readonly origin: string;
}

/** pip's own precedence: variables, PIP_CONFIG_FILE, the user's files, the system's; the last file read wins (pip, "Configuration"). */
export async function readPipSettings(env: Env): Promise<PipSettings> {
  let settings: PipSettings = { indexUrl: undefined, extraIndexUrls: [], origin: 'pip.conf' };
  for (const file of configFiles(env)) {
    const found = parsePipConf(await readFile(file, 'utf8').catch(() => ''));
    settings = {
      indexUrl: found.indexUrl ?? settings.indexUrl,
      extraIndexUrls: found.extraIndexUrls.length > 0 ? found.extraIndexUrls : settings.extraIndexUrls,
      origin: found.indexUrl === undefined ? settings.origin : 'pip.conf',
    };
  }
  const variable = env.PIP_INDEX_URL || undefined;
  return {
    indexUrl: variable ?? settings.indexUrl,
    extraIndexUrls: env.PIP_EXTRA_INDEX_URL ? words(env.PIP_EXTRA_INDEX_URL) : settings.extraIndexUrls,
    origin: variable === undefined ? settings.origin : 'PIP_INDEX_URL',
  };
}

function configFiles(env: Env): readonly string[] {
  if (env.PIP_CONFIG_FILE === '/dev/null') return [];
  const home = env.HOME || homedir();
  const config = env.XDG_CONFIG_HOME || join(home, '.config');
  const system = (env.XDG_CONFIG_DIRS || '/etc/xdg').split(':').map((directory) => join(directory, 'pip/pip.conf'));
  const named = env.PIP_CONFIG_FILE ? [env.PIP_CONFIG_FILE] : [];
  return [...system.reverse(), '/etc/pip.conf', join(home, '.pip/pip.conf'), join(config, 'pip/pip.conf'), ...named];
}

/** The index settings of a pip.conf: `[global]`, overridden by `[install]`. */
export function parsePipConf(text: string): Omit<PipSettings, 'origin'> {
  const sections = parseIni(text);
  const value = (key: string): string | undefined => sections.get('install')?.get(key) ?? sections.get('global')?.get(key);
  return { indexUrl: value('index-url') || undefined, extraIndexUrls: words(value('extra-index-url') ?? '') };
}

/** Python's configparser, as far as pip.conf needs it: `=` or `:`, comments on lines of their own, indented lines go on. */
function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let key: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
    if (name !== undefined) {
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      key = undefined;
    } else if (/^\s/.test(line) && key !== undefined) {
      section.set(key, `${section.get(key) ?? ''}\n${line.trim()}`);
    } else {
      const [, found, value = ''] = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
      key = found?.toLowerCase().replaceAll('_', '-');
      if (key !== undefined) section.set(key, value);
    }
  }
  return sections;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
