import { type Digest, isDigest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { redact, resolveLocation } from '../http/index.ts';
import { anchorsOf } from './html.ts';
import type { IndexFile } from './types.ts';

/** A page of an index as it came. */
export interface Page {
  readonly text: string;
  /** `content-type` of the answer. */
  readonly type: string;
  /** URL after redirects: relative links start here. */
  readonly url: string;
}

/**
 * The files that a page lists: JSON (PEP 691) or HTML (PEP 503, 592, 658). A file whose link cannot be followed safely, or whose name is none, is
 * left out. Errors: INDEX_BROKEN for a page that is neither.
 */
export function parsePage(page: Page): readonly IndexFile[] {
  const base = new URL(page.url);
  return /\bjson\b/i.test(page.type) ? jsonFiles(page, base) : htmlFiles(page.text, base);
}

function jsonFiles({ text, url }: Page, base: URL): readonly IndexFile[] {
  const { files } = objectOf(parseJson(text, url));
  if (!Array.isArray(files)) throw broken(url, 'it has no list of files');
  return files.flatMap((file: unknown) => {
    const { filename, url: link, hashes, size, yanked, ...more } = objectOf(file);
    const requiresPython = more['requires-python'];
    const found = located(typeof link === 'string' ? link : undefined, base);
    if (typeof filename !== 'string' || !isFilename(filename) || found === undefined) return [];
    return [
      {
        filename,
        location: { url: found.href },
        sha256: digestOf(objectOf(hashes).sha256),
        size: typeof size === 'number' && Number.isSafeInteger(size) && size > 0 ? size : undefined,
        requiresPython: typeof requiresPython === 'string' && requiresPython.trim() !== '' ? requiresPython : undefined,
        yanked: yanked !== undefined && yanked !== false,
        metadata: isGiven(more['core-metadata'] ?? more['dist-info-metadata'] ?? more['data-dist-info-metadata']),
        ...uploadTime(more['upload-time']),
      },
    ];
  });
}

function uploadTime(value: unknown): { readonly uploaded?: number } {
  const uploaded = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(uploaded) ? {} : { uploaded };
}

function isGiven(value: unknown): boolean {
  return value === true || (typeof value === 'object' && value !== null);
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw broken(url, 'it says that it is JSON, and is not');
  }
}

function htmlFiles(text: string, page: URL): readonly IndexFile[] {
  const { base, anchors } = anchorsOf(text);
  const start = base === undefined ? page : (located(base, page) ?? page);
  return anchors.flatMap((attributes) => {
    const found = located(attributes.get('href'), start);
    if (found === undefined) return [];
    const filename = lastSegment(found);
    const [, sha256] = /^#(?:.*&)?sha256=([0-9a-fA-F]{64})(?:&|$)/.exec(found.hash) ?? [];
    found.hash = '';
    if (filename === undefined) return [];
    const metadata = attributes.get('data-core-metadata') ?? attributes.get('data-dist-info-metadata');
    return [
      {
        filename,
        location: { url: found.href },
        sha256: digestOf(sha256),
        size: undefined,
        requiresPython: attributes.get('data-requires-python')?.trim() || undefined,
        yanked: attributes.has('data-yanked'),
        metadata: metadata !== undefined && metadata !== 'false',
      },
    ];
  });
}

/** A link of a page; undefined where it leads to plain http or from a public server into a private network. */
function located(link: string | undefined, base: URL): URL | undefined {
  try {
    return link === undefined ? undefined : resolveLocation(base, link, {});
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

function lastSegment({ pathname }: URL): string | undefined {
  try {
    const name = decodeURIComponent(pathname.split('/').at(-1) ?? '');
    return isFilename(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Names of wheels and archives: nothing that could be a path or break a line. */
function isFilename(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._+!~-]{0,254}$/.test(name);
}

function digestOf(hex: unknown): Digest | undefined {
  const digest = typeof hex === 'string' ? `sha256:${hex.toLowerCase()}` : '';
  return isDigest(digest) ? digest : undefined;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

function broken(url: string, why: string): ToolError {
  return new ToolError('INDEX_BROKEN', `${redact(url)} is no page of a package index: ${why}`, {
    hint: 'check the URL of the index: it usually ends in /simple',
  });
}
