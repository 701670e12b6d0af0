import path from 'node:path';
import { ToolError } from '../../errors/index.ts';
import { normalizeName, parseMarker, parseRequirement, parseWheelFilename, type Requirement } from '../../packaging/index.ts';
import { invalid } from './options.ts';
import type { RequirementLine } from './types.ts';

/** What a line asks for, understood. */
export interface Target {
  readonly line: RequirementLine;
  /** Normalised; undefined for a path or URL that does not tell it. */
  readonly name: string | undefined;
  readonly extras: readonly string[];
  readonly marker: string | undefined;
  readonly what: What;
}

export type What =
  | { readonly kind: 'versions'; readonly requirement: Requirement }
  /** Without fragment and login; `login` is the same URL with its user and password. */
  | {
      readonly kind: 'url';
      readonly url: string;
      readonly login?: string;
      readonly hash: string | undefined;
      readonly subdirectory: string | undefined;
    }
  /** Absolute path. */
  | { readonly kind: 'path'; readonly path: string; readonly hash: string | undefined }
  /** `repository` without `git+`; `revision` is what stands after the last `@`. */
  | {
      readonly kind: 'git';
      readonly repository: string;
      readonly login?: string;
      readonly revision: string | undefined;
      readonly subdirectory: string | undefined;
    };

/**
 * Reads the text of a line: `name[extra]==1.0 ; marker`, `name @ URL`, a bare URL or a path. Paths start at `directory`, as for pip run there.
 * Throws REQUIREMENTS_INVALID.
 */
export function readTarget(line: RequirementLine, directory: string): Target {
  const { text, where } = line;
  if (looksLikePlace(text)) return bareTarget(line, directory);
  try {
    const requirement = parseRequirement(text);
    const { name, extras, markerText: marker, url } = requirement;
    const what = url === undefined ? { kind: 'versions' as const, requirement } : placeOf(url, line, directory);
    return { line, name, extras, marker, what };
  } catch (error) {
    // The message quotes the line, which may hold credentials.
    if (error instanceof ToolError && error.code === 'REQUIREMENT_INVALID') {
      throw invalid(`this is not a requirement: ${reasonOf(error)}`, where);
    }
    throw error;
  }
}

function reasonOf({ message }: ToolError): string {
  return (
    message
      .split(' is not a requirement: ')
      .at(-1)
      ?.replace(/"(?:[^"\\]|\\.)*"/g, '…') ?? 'it cannot be read'
  );
}

/** As pip decides: a scheme, a leading dot or slash, or the name of an archive. */
function looksLikePlace(text: string): boolean {
  const head = text.split(/\s+[;@]|\s*\[/)[0] ?? '';
  if (/^[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?\s*@/.test(text) && !/^git@/.test(text)) return false;
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(head) || /^file:/i.test(head) || /^\.{0,2}\//.test(head) || /^\.{1,2}$/.test(head) || isArchive(head)
  );
}

/** Whether a file name is that of a wheel or of a source archive. */
export function isArchive(name: string): boolean {
  return /\.(?:whl|tar\.gz|tgz|zip|tar\.bz2|tar\.xz)$/i.test(name);
}

function bareTarget(line: RequirementLine, directory: string): Target {
  const [, place = '', after] = /^(.*?)(?:\s+;(.*))?$/s.exec(line.text) ?? [];
  const [, bare = '', list = ''] = /^(.*?)(?:\[([A-Za-z0-9._, -]+)\])?$/s.exec(place.trim()) ?? [];
  const marker = after?.trim();
  const what = placeOf(bare, line, directory);
  if (marker !== undefined) checkMarker(marker, line);
  const extras = list.split(',').map((item) => normalizeName(item.trim()));
  return { line, name: nameOf(bare, what), extras: extras.filter((item) => item !== ''), marker, what };
}

function checkMarker(marker: string, { where }: RequirementLine): void {
  try {
    parseMarker(marker);
  } catch (error) {
    if (error instanceof ToolError) throw invalid(error.message, where);
    throw error;
  }
}

function nameOf(text: string, what: What): string | undefined {
  const egg = fragmentOf(text).get('egg')?.replace(/\[.*$/, '');
  if (egg !== undefined && egg !== '') return normalizeName(egg);
  return what.kind === 'url' || what.kind === 'path' ? nameOfFile(fileNameOf(what)) : undefined;
}

/** Project and version by the name of a wheel or source archive. */
export function nameOfFile(filename: string): string | undefined {
  if (filename.endsWith('.whl')) return attempt(() => parseWheelFilename(filename).name);
  const [, name] = /^(.+?)-\d[^-]*$/.exec(filename.replace(/\.(?:tar\.(?:gz|bz2|xz)|tgz|zip)$/i, '')) ?? [];
  return name === undefined ? undefined : normalizeName(name);
}

export function fileNameOf(what: What & { readonly kind: 'url' | 'path' }): string {
  if (what.kind === 'path') return path.basename(what.path);
  return attempt(() => decodeURIComponent(new URL(what.url).pathname.split('/').at(-1) ?? '')) ?? '';
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function placeOf(text: string, { where }: RequirementLine, directory: string): What {
  const fragment = fragmentOf(text);
  const bare = text.replace(/#.*$/s, '');
  const subdirectory = fragment.get('subdirectory');
  if (/^(?:hg|svn|bzr)\+/i.test(text))
    throw invalid('only git is read of the version control systems', where, 'give a wheel of it instead');
  if (/^git\+/i.test(text)) return gitPlace(bare.replace(/^git\+/i, ''), subdirectory);
  if (/^https?:\/\//i.test(text) && URL.canParse(bare))
    return { kind: 'url', ...withoutLogin(bare, 'url'), hash: hashOf(fragment), subdirectory };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && !/^file:/i.test(text)) throw invalid('its URL is neither https, file nor git+https', where);
  const local = /^file:\/\//i.test(bare) && URL.canParse(bare) ? decodeURIComponent(new URL(bare).pathname) : bare.replace(/^file:/i, '');
  return { kind: 'path', path: path.resolve(directory, local), hash: hashOf(fragment) };
}

function gitPlace(text: string, subdirectory: string | undefined): What {
  const at = text.lastIndexOf('@');
  const isRevision = at > text.indexOf('://') + 2 && text.indexOf('/', text.indexOf('://') + 3) < at;
  return {
    kind: 'git',
    ...withoutLogin(isRevision ? text.slice(0, at) : text, 'repository'),
    revision: isRevision ? text.slice(at + 1) : undefined,
    subdirectory,
  };
}

/** What is installed is written into the image; who may fetch it is not. The user of `ssh://git@host` is a convention and no secret. */
function withoutLogin<Key extends 'url' | 'repository'>(
  text: string,
  key: Key,
): { readonly [K in Key]: string } & { readonly login?: string } {
  const url = /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.username === '' && url.password === '')) return { [key]: text } as { readonly [K in Key]: string };
  url.username = '';
  url.password = '';
  return { [key]: url.href, login: text } as { readonly [K in Key]: string } & { readonly login: string };
}

function hashOf(fragment: ReadonlyMap<string, string>): string | undefined {
  const hex = fragment.get('sha256');
  return hex !== undefined && /^[0-9a-f]{64}$/i.test(hex) ? `sha256:${hex.toLowerCase()}` : undefined;
}

function fragmentOf(text: string): ReadonlyMap<string, string> {
  const [, fragment = ''] = /#(.*)$/s.exec(text) ?? [];
  return new Map(fragment.split('&').map((part) => [part.split('=')[0] ?? '', part.split('=').slice(1).join('=')]));
}
