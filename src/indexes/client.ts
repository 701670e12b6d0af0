import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { type Authorize, isRefusal, notAllowed } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import { discardBody, type HttpResponse, readBody, redact } from '../http/index.ts';
import { normalizeName, parseWheelFilename } from '../packaging/index.ts';
import { parsePage } from './page.ts';
import type { IndexFile, IndexPlace } from './types.ts';

/** What one index has of a project; never empty. */
export interface ProjectFiles {
  readonly place: IndexPlace;
  readonly files: readonly IndexFile[];
}

/** Package indexes, asked in order and each at most once per project. */
export interface IndexClient {
  readonly places: readonly IndexPlace[];
  /**
   * The files of a project, index by index; an index that does not have it is passed over. Whoever takes the first alone does as uv does by default,
   * and is safe from a namesake on a later index. Errors: DOWNLOAD_AUTH, INDEX_FAILED, INDEX_BROKEN, NETWORK_OFFLINE, those of the HTTP client.
   */
  project(name: string): AsyncIterable<ProjectFiles>;
  /** The METADATA of a wheel where the index has it beside the wheel (PEP 658); undefined where it has not. Errors: as above. */
  metadata(file: IndexFile): Promise<string | undefined>;
}

export interface IndexClientOptions {
  readonly places: readonly IndexPlace[];
  readonly ctx: Pick<Context, 'http' | 'signal' | 'offline'>;
  readonly authorize: Authorize;
}

/** The longest page; the longest of a public index today has a quarter of it. */
const maxBytes = 64 * 1024 * 1024;
const maxMetadata = 4 * 1024 * 1024;
const accept = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01';

/** Opens indexes; nothing is requested yet. */
export function openIndexes(options: IndexClientOptions): IndexClient {
  const pages = new Map<string, Promise<readonly IndexFile[]>>();
  const filesOf = (place: IndexPlace, name: string): Promise<readonly IndexFile[]> => {
    const key = place.kind === 'flat' ? place.url : `${place.url} ${name}`;
    const known = pages.get(key) ?? read(place, name, options);
    pages.set(key, known);
    return known;
  };
  return {
    places: options.places,
    metadata: async (file) => await readMetadata(file, options),
    async *project(name) {
      const normal = normalizeName(name);
      for (const place of options.places) {
        const files = (await filesOf(place, normal)).filter((file) => projectOf(file.filename, normal));
        if (files.length > 0) yield { place, files };
      }
    },
  };
}

/** Whether a file name is one of the project: pages of flat places hold all projects, and a name of a source archive is ambiguous. */
function projectOf(filename: string, name: string): boolean {
  if (!filename.endsWith('.whl')) {
    const stem = filename.replace(/\.(?:tar\.(?:gz|bz2|xz)|tgz|zip)$/, '');
    return stem !== filename && normalizeName(stem).startsWith(`${name}-`);
  }
  try {
    return parseWheelFilename(filename).name === name;
  } catch {
    return false;
  }
}

async function read(place: IndexPlace, name: string, options: IndexClientOptions): Promise<readonly IndexFile[]> {
  if (!/^https?:/i.test(place.url)) return await readDirectory(place);
  const root = place.url.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  return await readPage(place.kind === 'flat' ? place.url : `${root}/${name}/`, { place, ...options });
}

async function readMetadata({ location, metadata }: IndexFile, options: IndexClientOptions): Promise<string | undefined> {
  if (!metadata || !('url' in location)) return undefined;
  const response = await get(`${location.url}.metadata`, options);
  if (response.status === 200) return new TextDecoder().decode(await readBody(response, maxMetadata));
  await discardBody(response.body);
  return undefined;
}

async function get(url: string, { ctx, authorize }: IndexClientOptions): Promise<HttpResponse> {
  return await ctx.http.request({ method: 'GET', url, headers: { accept, ...(await authorize(url)) }, signal: ctx.signal });
}

/** A directory has no hashes; whoever takes a file reads it anyway. */
async function readDirectory({ url, kind, origin }: IndexPlace): Promise<readonly IndexFile[]> {
  const hint = 'give a directory of wheels to --find-links, or the https URL of an index';
  if (kind === 'simple')
    throw new ToolError('INDEX_FAILED', `the index of ${origin} is a directory, which is not read as an index`, { hint });
  const names = await readdir(url).catch((cause: unknown) => {
    throw new ToolError('INDEX_FAILED', `cannot read the directory of ${origin}`, { where: { file: url }, cause, hint });
  });
  const unknown = { sha256: undefined, size: undefined, requiresPython: undefined, yanked: false, metadata: false };
  return names.sort().map((filename) => ({ filename, location: { path: join(url, filename) }, ...unknown }));
}

async function readPage(text: string, { place, ...options }: IndexClientOptions & { readonly place: IndexPlace }) {
  if (options.ctx.offline) {
    const hint = 'run the command once without --offline';
    throw new ToolError('NETWORK_OFFLINE', `the index of ${place.origin} must be asked, and --offline forbids it`, { hint });
  }
  const response = await get(withoutLogin(text), options);
  if (response.status !== 200) {
    await discardBody(response.body);
    if (response.status === 404 || response.status === 410) return [];
    throw refused(place, response);
  }
  const body = await readBody(response, maxBytes);
  return parsePage({ text: new TextDecoder().decode(body), type: response.headers['content-type'] ?? '', url: response.url });
}

/** Credentials travel in a header, so that no redirect and no message can carry them. */
function withoutLogin(text: string): string {
  if (!URL.canParse(text))
    throw new ToolError('INDEX_FAILED', 'the URL of a package index is none', { hint: 'write it as https://HOST/simple' });
  const url = new URL(text);
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href;
}

function refused({ origin, name }: IndexPlace, { status, url }: HttpResponse): ToolError {
  const details = [`${redact(url)} answered ${status}`];
  if (!isRefusal(status)) {
    return new ToolError('INDEX_FAILED', `the index of ${origin} could not be asked`, { details, hint: 'run the command again later' });
  }
  return notAllowed(`the index of ${origin} does not answer without other credentials`, details, name);
}
