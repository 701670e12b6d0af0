import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { DebianPackage } from '../base/facts.ts';
import { ToolError } from '../errors/index.ts';
import { readTarBytes, type TarHeader } from '../tar/index.ts';
import { readAr } from './ar.ts';
import { parseStanza, type Stanza } from './deb822.ts';
import { unxz } from './xz.ts';

/** One member of a package's tar with its bytes; the root directory itself has the empty path. */
export type PayloadItem = TarHeader & { readonly data: Uint8Array };

/** An unpacked binary package (deb(5)). */
export interface Deb {
  /** Text of the control paragraph, ending in a line feed. */
  readonly controlText: string;
  readonly control: Stanza;
  /** Text of the other control members by name: md5sums, conffiles, triggers, scripts. */
  readonly controlFiles: ReadonlyMap<string, string>;
  readonly items: readonly PayloadItem[];
}

/** Larger packages have no place in a base; a cap keeps a hostile archive from filling the memory. */
const maxUnpacked = 512 * 1024 * 1024;

async function decompress(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (name.endsWith('.xz')) return unxz(bytes, maxUnpacked);
  if (name.endsWith('.gz')) return gunzipSync(bytes, { maxOutputLength: maxUnpacked });
  if (name.endsWith('.zst')) return zstdDecompressSync(bytes, { maxOutputLength: maxUnpacked });
  if (name.endsWith('.tar')) return bytes;
  throw new RangeError(`the compression of ${name} is not supported`);
}

async function readMember(members: ReadonlyMap<string, Uint8Array>, prefix: string): Promise<readonly PayloadItem[]> {
  const found = [...members].find(([name]) => name.startsWith(prefix));
  if (!found) throw new RangeError(`no ${prefix} in the archive`);
  return [...readTarBytes(await decompress(...found))];
}

function readControl(items: readonly PayloadItem[]): Omit<Deb, 'items'> {
  const files = new Map(items.filter(({ type }) => type === 'file').map(({ path, data }) => [path, Buffer.from(data).toString('utf8')]));
  const text = files.get('control');
  if (text === undefined) throw new RangeError('no control file in the archive');
  files.delete('control');
  return { controlText: `${text.trimEnd()}\n`, control: parseStanza(text), controlFiles: files };
}

/** What a package must say about itself. */
export type DebIdentity = Pick<DebianPackage, 'name' | 'version' | 'architecture'>;

function checkIdentity(control: Stanza, expected: DebIdentity): void {
  const actual = { name: control.get('package'), version: control.get('version'), architecture: control.get('architecture') };
  for (const key of ['name', 'version', 'architecture'] as const) {
    if (actual[key] === expected[key]) continue;
    throw new ToolError(
      'DEB_MISMATCH',
      `the package locked as ${expected.name} ${expected.version} has the ${key} ${JSON.stringify(actual[key])}`,
      {
        details: [`wherry.lock says ${JSON.stringify(expected[key])}`],
        hint: 'run wherry lock --update, and look at how this entry came into wherry.lock',
      },
    );
  }
}

async function guarded<T>(expected: DebIdentity, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof ToolError && cause.code === 'DEB_MISMATCH') throw cause;
    throw new ToolError('DEB_ARCHIVE', `cannot unpack the Debian package ${expected.name} ${expected.version}`, {
      details: [cause instanceof Error ? cause.message : String(cause)],
      hint: 'run wherry cache verify, then this command again',
      cause,
    });
  }
}

/** Unpacks a .deb in memory. Throws `DEB_MISMATCH` if it is another package than `expected`, `DEB_ARCHIVE` if it is damaged. */
export function openDeb(bytes: Uint8Array, expected: DebIdentity): Promise<Deb> {
  return guarded(expected, async () => {
    const members = readAr(bytes);
    const control = readControl(await readMember(members, 'control.tar'));
    checkIdentity(control.control, expected);
    return { ...control, items: await readMember(members, 'data.tar') };
  });
}
