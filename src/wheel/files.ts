import type { Deflated } from '../deflated.ts';
import type { Zip, ZipEntry } from '../zip/index.ts';
import { distInfoText, requiredText, type Wheel } from './dist-info.ts';
import { parseScripts, type Script, scriptText } from './entry-points.ts';
import { destinationOf } from './layout.ts';
import { formatRecord, parseRecord, type RecordRow, recordError, recordHash, verified, verifiedDeflated } from './record.ts';
import { invalidWheel, refuse } from './rules.ts';
import type { VenvLayout } from './venv-path.ts';

/** A file of an installed wheel. */
export interface InstalledFile {
  /** Relative to the image's root. */
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly size: number;
  /** As in RECORD; undefined only for signatures of RECORD. */
  readonly hash: string | undefined;
  content(): Iterable<Uint8Array>;
  /** The content as the wheel holds it, if it is a deflate stream there and goes into the image unchanged. */
  deflated(): Deflated | undefined;
}

export interface InstallContext {
  readonly layout: VenvLayout;
  readonly pythonMinor: string;
}

const installer = 'wherry\n';
/** Files that the installer writes; a wheel's own are replaced. */
const ownFiles = new Set(['INSTALLER', 'REQUESTED', 'RECORD', 'direct_url.json']);
/** Rewritten scripts are held in memory. */
const maxScript = 16 * 1024 * 1024;
const placeholder = '#!python';

/** Every file that installing a wheel makes (binary distribution format, "Installing a wheel"), its RECORD included. */
export function installedFiles(wheel: Wheel, context: InstallContext): InstalledFile[] {
  const rows = checkedRows(wheel);
  const scripts = parseScripts(distInfoText(wheel, 'entry_points.txt') ?? '', { wheel: wheel.zip.label, pythonMinor: context.pythonMinor });
  const commands = new Set(scripts.map((script) => `${context.layout.bin}/${script.name}`));
  const copied = [...wheel.files.values()]
    .filter((entry) => !isOwn(wheel, entry.path))
    .map((entry) => installEntry(entry, { wheel, rows, context }))
    .filter((file) => !commands.has(file.path));
  const files = [...copied, ...scripts.map((script) => commandFile(script, context.layout)), ...installerFiles(wheel, context.layout)];
  return [...files, recordFile(files, wheel, context.layout)];
}

function isOwn(wheel: Wheel, path: string): boolean {
  return path.startsWith(`${wheel.distInfo}/`) && ownFiles.has(path.slice(wheel.distInfo.length + 1));
}

/** RECORD by path, after it was compared with the archive: nothing missing, nothing unlisted, sizes equal. */
function checkedRows(wheel: Wheel): ReadonlyMap<string, RecordRow> {
  const { label } = wheel.zip;
  const rows = new Map<string, RecordRow>();
  for (const row of parseRecord(requiredText(wheel, 'RECORD'), label)) {
    if (row.path.startsWith('/') || row.path.split('/').includes('..')) throw refuse(label, 'record-outside', row.path);
    if (rows.has(row.path)) throw recordError(label, `${row.path} is listed twice`);
    if (!wheel.files.has(row.path)) throw recordError(label, `${row.path} is listed but missing`);
    rows.set(row.path, row);
  }
  for (const entry of wheel.files.values()) checkRow(entry, rows.get(entry.path), wheel);
  return rows;
}

function checkRow(entry: ZipEntry, row: RecordRow | undefined, wheel: Wheel): void {
  if (/^RECORD(?:\.jws|\.p7s)?$/.test(entry.path.slice(wheel.distInfo.length + 1)) && entry.path.startsWith(`${wheel.distInfo}/`)) return;
  if (row === undefined) throw recordError(wheel.zip.label, `${entry.path} is not listed`);
  if (row.hash === undefined) throw recordError(wheel.zip.label, `${entry.path} is listed without a hash`);
  if (row.size !== undefined && row.size !== entry.size) throw recordError(wheel.zip.label, `${entry.path} has another size than its row`);
}

function installEntry(
  entry: ZipEntry,
  options: { wheel: Wheel; rows: ReadonlyMap<string, RecordRow>; context: InstallContext },
): InstalledFile {
  const { wheel, context } = options;
  const row = options.rows.get(entry.path) ?? { path: entry.path, hash: undefined, size: undefined };
  const { path, isScript } = destinationOf(entry.path, wheel, context.layout);
  const file = new CopiedFile(wheel.zip, entry, { path, hash: row.hash, mode: isScript || entry.executable ? 0o755 : 0o644 });
  if (!isScript || !startsWithPlaceholder(wheel, entry)) return file;
  if (entry.size > maxScript) throw invalidWheel(wheel.zip.label, `the script ${entry.path} is larger than 16 MiB`);
  return rewrittenScript(file, context.layout);
}

/** A file as it is in the wheel. A wheel may have very many, so each is a few fields and nothing that is made before it is read. */
class CopiedFile implements InstalledFile {
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly hash: string | undefined;
  private readonly zip: Zip;
  private readonly entry: ZipEntry;

  constructor(zip: Zip, entry: ZipEntry, installed: Pick<InstalledFile, 'path' | 'mode' | 'hash'>) {
    this.path = installed.path;
    this.mode = installed.mode;
    this.hash = installed.hash;
    this.zip = zip;
    this.entry = entry;
  }

  get size(): number {
    return this.entry.size;
  }

  content(): Iterable<Uint8Array> {
    return verified(this.zip.read(this.entry), this.row(), this.zip.label);
  }

  deflated(): Deflated | undefined {
    const deflated = this.zip.deflated(this.entry);
    return deflated && verifiedDeflated(deflated, this.row(), this.zip.label);
  }

  private row(): RecordRow {
    return { path: this.entry.path, hash: this.hash, size: this.entry.size };
  }
}

function startsWithPlaceholder(wheel: Wheel, entry: ZipEntry): boolean {
  for (const chunk of wheel.zip.read(entry)) return Buffer.from(chunk.subarray(0, placeholder.length)).toString('latin1') === placeholder;
  return false;
}

/** Replaces the first line, `#!python` or `#!pythonw` with what follows it. */
function rewrittenScript(file: InstalledFile, layout: VenvLayout): InstalledFile {
  const old = Buffer.concat(Array.from(file.content(), (chunk) => Buffer.from(chunk)));
  const newline = old.indexOf(0x0a);
  const rest = newline < 0 ? Buffer.alloc(0) : old.subarray(newline);
  return textFile(file.path, Buffer.concat([Buffer.from(`#!${layout.python}`), rest]), 0o755);
}

function commandFile(script: Script, layout: VenvLayout): InstalledFile {
  return textFile(`${layout.bin}/${script.name}`, Buffer.from(scriptText(script, layout.python)), 0o755);
}

function installerFiles(wheel: Wheel, layout: VenvLayout): InstalledFile[] {
  const at = (name: string) => `${layout.sitePackages}/${wheel.distInfo}/${name}`;
  const files = [textFile(at('INSTALLER'), Buffer.from(installer)), textFile(at('REQUESTED'), Buffer.alloc(0))];
  const { directUrl } = wheel.item;
  return directUrl === undefined ? files : [...files, textFile(at('direct_url.json'), Buffer.from(directUrl))];
}

function textFile(path: string, bytes: Uint8Array, mode: 0o644 | 0o755 = 0o644): InstalledFile {
  return {
    path,
    mode,
    size: bytes.length,
    hash: recordHash(bytes),
    content: () => (bytes.length === 0 ? [] : [bytes]),
    deflated: () => undefined,
  };
}

function recordFile(files: readonly InstalledFile[], wheel: Wheel, layout: VenvLayout): InstalledFile {
  const path = `${layout.sitePackages}/${wheel.distInfo}/RECORD`;
  const rows = files.map((file) => ({
    path: relativeToSite(file.path, layout),
    hash: file.hash,
    size: file.hash === undefined ? undefined : file.size,
  }));
  const own = { path: relativeToSite(path, layout), hash: undefined, size: undefined };
  // Installers rewrite RECORD in place, so it keeps the mode that the wheel gave it.
  const executable = wheel.files.get(`${wheel.distInfo}/RECORD`)?.executable === true;
  return textFile(path, Buffer.from(formatRecord([...rows, own])), executable ? 0o755 : 0o644);
}

/** Path as RECORD writes it: below site-packages, or through `../../..` to the environment. */
export function relativeToSite(path: string, layout: VenvLayout): string {
  if (path.startsWith(`${layout.sitePackages}/`)) return path.slice(layout.sitePackages.length + 1);
  return `../../..${path.slice(layout.root.length)}`;
}
