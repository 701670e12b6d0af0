import { ToolError } from '../errors/index.ts';
import type { TarStreamEntry } from '../tar/index.ts';
import type { Captured } from './tree.ts';

type Rule = { readonly kind: 'whole'; readonly maxBytes: number } | { readonly kind: 'strings'; readonly pattern: RegExp };

const mebibyte = 1024 * 1024;
const maxStrings = 256;
/** Longer than any string that is looked for. */
const overlap = 256;

/** Files whose content tells something about a base. Paths are relative to the root; layers may reach them through other directories. */
const rules: readonly { readonly path: RegExp; readonly rule: Rule }[] = [
  { path: /(?:^|\/)(?:passwd|group)$/, rule: { kind: 'whole', maxBytes: mebibyte } },
  { path: /(?:^|\/)var\/lib\/dpkg\/status$/, rule: { kind: 'whole', maxBytes: 64 * mebibyte } },
  { path: /(?:^|\/)var\/lib\/dpkg\/status\.d\/[^/]+$/, rule: { kind: 'whole', maxBytes: mebibyte } },
  { path: /(?:^|\/)lib\/apk\/db\/installed$/, rule: { kind: 'whole', maxBytes: 64 * mebibyte } },
  { path: /(?:^|\/)include\/python3\.\d+\/patchlevel\.h$/, rule: { kind: 'whole', maxBytes: mebibyte } },
  { path: /(?:^|\/)(?:libc\.so\.6|libc-2\.\d+\.so)$/, rule: { kind: 'strings', pattern: /GNU C Library [^\n\0]{0,100}version \d+\.\d+/g } },
  {
    path: /(?:^|\/)(?:ld-musl-[^/]+\.so\.1|libc\.musl-[^/]+\.so\.1|libc\.so)$/,
    rule: { kind: 'strings', pattern: /(?<=\0)1\.\d{1,2}\.\d{1,2}(?=\0)/g },
  },
  {
    path: /(?:^|\/)(?:python3\.\d+|libpython3\.\d+\.so[.\d]*)$/,
    rule: { kind: 'strings', pattern: /(?<=\0)3\.\d{1,2}\.\d{1,2}(?=(?:(?:a|b|rc)\d+)?\+?\0)|\/ld-(?:linux|musl)[A-Za-z0-9_.-]{0,40}/g },
  },
];

/** Keeps what matters of a file while it streams by; undefined for files without interest. Errors: BASE_LAYER_UNREADABLE for a text that is too large. */
export async function capture({ header, content }: TarStreamEntry): Promise<Captured | undefined> {
  if (header.type !== 'file') return undefined;
  const rule = rules.find(({ path }) => path.test(header.path))?.rule;
  if (rule === undefined) return undefined;
  if (rule.kind === 'strings') return { kind: 'strings', strings: await scan(content, rule.pattern) };
  if (header.size <= rule.maxBytes) return { kind: 'whole', bytes: await collect(content) };
  // Only the few fixed files must fit; any other file of such a name says nothing.
  if (!/^(?:etc\/(?:passwd|group)|var\/lib\/dpkg\/status)$/.test(header.path)) return undefined;
  throw new ToolError('BASE_LAYER_UNREADABLE', `/${header.path} of the base is larger than ${rule.maxBytes} bytes`);
}

/** The whole content of a captured file as text; undefined if it was not kept. */
export function textOf(captured: Captured | undefined): string | undefined {
  return captured?.kind === 'whole' ? Buffer.from(captured.bytes).toString('utf8') : undefined;
}

/** The strings that a scan found; none if the file was not scanned. */
export function stringsOf(captured: Captured | undefined): readonly string[] {
  return captured?.kind === 'strings' ? captured.strings : [];
}

async function scan(content: AsyncIterable<Uint8Array>, pattern: RegExp): Promise<string[]> {
  const found = new Set<string>();
  let tail = '';
  for await (const chunk of content) {
    const window = tail + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    for (const [match] of window.matchAll(pattern)) if (found.size < maxStrings) found.add(match);
    tail = window.slice(-overlap);
  }
  return [...found];
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  // A chunk may be a view of a buffer that is used again.
  for await (const chunk of content) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}
