import { compareVersions, normalizeName, tryParseVersion } from '../packaging/index.ts';
import type { WheelItem } from '../plan/recipe.ts';
import type { Zip, ZipEntry } from '../zip/index.ts';
import type { WheelIdentity } from './layout.ts';
import { invalidWheel, refuse } from './rules.ts';

const maxMetadata = 64 * 1024 * 1024;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** An opened wheel whose identity was checked. */
export interface Wheel extends WheelIdentity {
  readonly zip: Zip;
  readonly item: WheelItem;
  /** `django-5.2.dist-info`. */
  readonly distInfo: string;
  readonly files: ReadonlyMap<string, ZipEntry>;
}

/** Checks that the archive is the wheel that the lock names: one .dist-info, its METADATA, a format of 1.x. */
export function identifyWheel(zip: Zip, item: WheelItem): Wheel {
  const files = new Map(zip.entries.filter((entry) => entry.type === 'file').map((entry) => [entry.path, entry]));
  const distInfo = findDistInfo(zip);
  const dataDirectory = distInfo.replace(/\.dist-info$/, '.data');
  const wheel = { zip, item, distInfo, dataDirectory, files, label: zip.label, name: normalizeName(item.name) };
  const metadata = parseHeaders(requiredText(wheel, 'METADATA'));
  checkIdentity(wheel, metadata);
  const version = parseHeaders(requiredText(wheel, 'WHEEL')).get('wheel-version');
  if (!/^1\.\d+$/.test(version ?? '')) throw invalidWheel(zip.label, `Wheel-Version is ${version ?? 'missing'}, expected 1.x`);
  return wheel;
}

function findDistInfo(zip: Zip): string {
  const directories = zip.entries.filter((entry) => entry.type === 'directory' || entry.path.includes('/'));
  const tops = new Set(directories.map((entry) => entry.path.split('/', 1)[0] ?? ''));
  const found = [...tops].filter((top) => top.endsWith('.dist-info'));
  const [only] = found;
  if (only === undefined || found.length > 1) throw refuse(zip.label, 'dist-info-count', found.join(', '));
  return only;
}

function checkIdentity(wheel: Wheel, metadata: ReadonlyMap<string, string>): void {
  const name = metadata.get('name') ?? '';
  const version = metadata.get('version') ?? '';
  const { item } = wheel;
  const sameName = normalizeName(name) === normalizeName(item.name);
  if (!sameName || !isSameVersion(version, item.version)) throw refuse(wheel.zip.label, 'metadata-mismatch', `${name} ${version}`);
}

/** Equal as versions; the wheel may leave out the local part. */
function isSameVersion(found: string, wanted: string): boolean {
  const [a, b, general] = [found, wanted, wanted.split('+', 1)[0] ?? ''].map(tryParseVersion);
  if (a === undefined || b === undefined || general === undefined) return found === wanted;
  return compareVersions(a, b) === 0 || compareVersions(a, general) === 0;
}

/** Text of a file of .dist-info, or undefined; throws WHEEL_INVALID if it is not UTF-8. */
export function distInfoText(wheel: Wheel, name: string): string | undefined {
  const entry = wheel.files.get(`${wheel.distInfo}/${name}`);
  if (entry === undefined) return undefined;
  try {
    return decoder.decode(wheel.zip.readAll(entry, maxMetadata));
  } catch (cause) {
    if (cause instanceof TypeError) throw invalidWheel(wheel.zip.label, `${name} is not UTF-8`);
    throw cause;
  }
}

/** Like `distInfoText`, for files that every wheel must have. */
export function requiredText(wheel: Wheel, name: string): string {
  const text = distInfoText(wheel, name);
  if (text === undefined) throw invalidWheel(wheel.zip.label, `${wheel.distInfo}/${name} is missing`);
  return text;
}

/** First value of each header of an e-mail style file, keys in lower case; stops at the body. */
function parseHeaders(text: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon <= 0 || /^\s/.test(line)) continue;
    const key = line.slice(0, colon).toLowerCase();
    if (!headers.has(key)) headers.set(key, line.slice(colon + 1).trim());
  }
  return headers;
}
