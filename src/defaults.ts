import { ToolError } from './errors/index.ts';
import { isTexts } from './json.ts';

/** What a release knows of the world (DESIGN §9): asked last, after everything that a project, a user or a machine says. */
export interface Defaults {
  /** URL of a package index (PEP 503, 691). */
  readonly index?: string;
  /** URL of an npm registry, for interpreters that are not part of the package. */
  readonly npm?: string;
  /** URLs of Debian archives by name: `debian`, `debian-security`. */
  readonly debian?: Readonly<Record<string, string>>;
}

/** Reads `defaults.json`. Throws INTERNAL: the file is part of the program. */
export function parseDefaults(text: string): Defaults {
  const data: unknown = JSON.parse(text);
  if (typeof data !== 'object' || data === null) throw broken();
  const { index, npm, debian } = data as Readonly<Record<keyof Defaults, unknown>>;
  if (index !== undefined && !isUrl(index)) throw broken();
  if (npm !== undefined && !isUrl(npm)) throw broken();
  if (debian !== undefined && !isUrls(debian)) throw broken();
  return { ...(index !== undefined && { index }), ...(npm !== undefined && { npm }), ...(debian !== undefined && { debian }) };
}

function isUrls(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return false;
  const urls: unknown[] = Object.values(value);
  return isTexts(urls) && urls.every(isUrl);
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function broken(): ToolError {
  return new ToolError('INTERNAL', 'defaults.json holds something else than URLs of an index, an npm registry and Debian archives');
}
