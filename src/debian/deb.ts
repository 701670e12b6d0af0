import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { DebianPackage } from '../base/facts.ts';
import { ToolError } from '../errors/index.ts';
import { releaseWhole } from '../release.ts';
import type { Scratch } from '../store/index.ts';
import { readTarAt, readTarBytes, type TarHeader } from '../tar/index.ts';
import { readAr } from './ar.ts';
import { type Content, scratchContent } from './content.ts';
import { parseStanza, type Stanza } from './deb822.ts';
import { xzChunks } from './xz.ts';

/** One member of a package's tar with its bytes; the root directory itself has the empty path. */
export type PayloadItem = TarHeader & { readonly content: Content };

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

async function* decompress(name: string, bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (name.endsWith('.xz')) return yield* xzChunks(bytes, maxUnpacked);
  if (name.endsWith('.gz')) return yield gunzipSync(bytes, { maxOutputLength: maxUnpacked });
  if (name.endsWith('.zst')) return yield zstdDecompressSync(bytes, { maxOutputLength: maxUnpacked });
  if (name.endsWith('.tar')) return yield new Uint8Array(bytes);
  throw new RangeError(`the compression of ${name} is not supported`);
}

function openMember(members: ReadonlyMap<string, Uint8Array>, prefix: string): AsyncGenerator<Uint8Array> {
  const found = [...members].find(([name]) => name.startsWith(prefix));
  if (!found) throw new RangeError(`no ${prefix} in the archive`);
  return decompress(...found);
}

/** Unpacks a member into the scratch file, which nobody else may write to meanwhile. */
async function readItems(chunks: AsyncGenerator<Uint8Array>, scratch: Scratch): Promise<readonly PayloadItem[]> {
  const start = scratch.size;
  for await (const chunk of chunks) {
    scratch.write(chunk);
    releaseWhole(chunk);
  }
  const source = { size: scratch.size - start, read: (at: number, length: number) => scratch.read(start + at, length) };
  return Array.from(readTarAt(source), ({ at, ...header }) => ({ ...header, content: scratchContent(scratch, start + at, header.size) }));
}

async function readControl(chunks: AsyncGenerator<Uint8Array>): Promise<Omit<Deb, 'items'>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const files = new Map<string, string>();
  for (const { type, path, data } of readTarBytes(Buffer.concat(parts)))
    if (type === 'file') files.set(path, Buffer.from(data).toString('utf8'));
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
    if (cause instanceof ToolError && (cause.code === 'DEB_MISMATCH' || cause.code.startsWith('STORE_'))) throw cause;
    throw new ToolError('DEB_ARCHIVE', `cannot unpack the Debian package ${expected.name} ${expected.version}`, {
      details: [cause instanceof Error ? cause.message : String(cause)],
      hint: 'run wherry cache verify, then this command again',
      cause,
    });
  }
}

/**
 * Unpacks a .deb into a scratch file, which must stay open while contents are read. Throws `DEB_MISMATCH` if it is another package than
 * `expected`, `DEB_ARCHIVE` if it is damaged.
 */
export function openDeb(bytes: Uint8Array, expected: DebIdentity, scratch: Scratch): Promise<Deb> {
  return guarded(expected, async () => {
    const members = readAr(bytes);
    const control = await readControl(openMember(members, 'control.tar'));
    checkIdentity(control.control, expected);
    return { ...control, items: await readItems(openMember(members, 'data.tar'), scratch) };
  });
}
