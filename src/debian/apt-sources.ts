import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseStanzas } from './deb822.ts';
import type { Archive } from './keyring.ts';

/** One of apt's source files (sources.list(5)). */
export interface AptSource {
  readonly file: string;
  readonly text: string;
}

interface Entry {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly signedBy: string;
}

const codename = /^(?:buster|bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable)$/;

/** `deb [option=value …] URI suite component…` */
function oneLineEntries(text: string): readonly Entry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (!match?.[2] || !match[3]) return [];
    const signedBy = /signed-by=(\S+)/.exec(match[1] ?? '')?.[1] ?? '';
    return [{ uri: match[2], suite: match[3], components: (match[4] ?? '').trim().split(/\s+/), signedBy }];
  });
}

function deb822Entries(text: string): readonly Entry[] {
  return parseStanzas(text).flatMap((stanza) => {
    const words = (field: string) => (stanza.get(field) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || /^(?:no|false|off|0)$/i.test(stanza.get('enabled') ?? '')) return [];
    const signedBy = stanza.get('signed-by') ?? '';
    return words('uris').flatMap((uri) => words('suites').map((suite) => ({ uri, suite, components: words('components'), signedBy })));
  });
}

function archiveOf({ suite }: Entry): Archive | undefined {
  const [first, second] = suite.split(/[-/]/, 2);
  if (!codename.test(first ?? '')) return undefined;
  if (second === undefined || second === '') return 'debian';
  return second === 'security' || suite.endsWith('/updates') ? 'debian-security' : undefined;
}

/** Third parties name Debian's suites too; Debian's own entries say so by their key or by the usual path. */
function rank({ uri, signedBy }: Entry): number {
  if (signedBy.includes('debian-archive')) return 0;
  return /\/debian(?:-security)?\/?$/.test(uri) ? 1 : 2;
}

/** The mirrors of Debian's archives that the source files name; entries of other distributions, of third parties and of other schemes do not count. */
export function aptMirrors(sources: readonly AptSource[]): Partial<Record<Archive, string>> {
  const entries = sources
    .flatMap(({ file, text }) => (file.endsWith('.sources') ? deb822Entries(text) : oneLineEntries(text)))
    .filter(({ uri, components }) => /^https?:\/\//.test(uri) && components.includes('main'))
    .sort((a, b) => rank(a) - rank(b));
  const find = (archive: Archive) => entries.find((entry) => archiveOf(entry) === archive)?.uri;
  const [debian, security] = [find('debian'), find('debian-security')];
  return { ...(debian && { debian }), ...(security && { 'debian-security': security }) };
}

async function readIfThere(file: string): Promise<readonly AptSource[]> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? [] : [{ file, text }];
}

/** Reads apt's source files below `directory` (default /etc/apt), in apt's order; none on hosts without apt. */
export async function readHostSources(directory = '/etc/apt'): Promise<readonly AptSource[]> {
  const parts = join(directory, 'sources.list.d');
  const names = (await readdir(parts).catch(() => [])).filter((name) => /\.(?:list|sources)$/.test(name)).sort();
  const files = [join(directory, 'sources.list'), ...names.map((name) => join(parts, name))];
  return (await Promise.all(files.map(readIfThere))).flat();
}
