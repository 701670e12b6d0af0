import { asDigest, type Digest } from '../digest.ts';
import { firstPartyTime } from '../first-party.ts';
import { ownParents } from '../image-paths.ts';
import type { WheelItem, WheelsRecipe } from '../plan/recipe.ts';
import { compareTarPaths, epoch, type LayerEntry } from '../tar/index.ts';
import { type FileReference, openZip } from '../zip/index.ts';
import { collision, findCollisions, type WheelFile, wheelFilesText } from './collisions.ts';
import { identifyWheel, type Wheel } from './dist-info.ts';
import { type InstallContext, type InstalledFile, installedFiles } from './files.ts';
import { destinationOf } from './layout.ts';
import { venvLayout } from './venv-path.ts';

/** Gives a file whose bytes were verified to have this digest. It must stay open, if it is, while contents are read. */
export type OpenMaterial = (sha256: Digest) => FileReference;

/** What a wheels recipe installs: the entries of its layer, made while they are iterated, and the files of each wheel in the recipe's order. */
export interface Installation {
  readonly entries: Iterable<LayerEntry>;
  readonly files: readonly (readonly WheelFile[])[];
}

/**
 * Installs the wheels of a recipe. The entries: directories first, then files, each sorted bytewise; owned by root, all times `epoch`.
 * Contents are read from the wheels when they are asked for and verified against RECORD while they are read.
 * Throws ARCHIVE_UNSAFE, WHEEL_INVALID, WHEEL_RECORD, WHEEL_COLLISION, VENV_PATH.
 */
export function installWheels(recipe: WheelsRecipe, open: OpenMaterial): Installation {
  const context = { layout: venvLayout(recipe.venv, recipe.pythonMinor), pythonMinor: recipe.pythonMinor };
  const installed = recipe.wheels.map((item) => installWheel(item, open(item.sha256), context));
  // Different files at one path are judged by who knows all layers; here one that is a directory of another is an error.
  findCollisions(installed.map(({ label, files }) => ({ owner: label, files })));
  checkDirectories(installed);
  const directories = directoriesOf(installed, context.layout.root);
  const files = sortedFiles(installed);
  return {
    entries: { [Symbol.iterator]: () => entriesOf(directories, files, recipe.times === 'content' ? contentTime : () => epoch) },
    files: installed.map((wheel) => wheel.files),
  };
}

/** Seconds since 1970 that a file gets. */
type TimeOf = (file: InstalledFile) => number;

/** Of own code: follows the content, as for the files that `uv_build` would install. RECORD's signatures have no hash and stay as they are. */
function contentTime({ hash }: InstalledFile): number {
  const encoded = /^sha256=(.+)$/.exec(hash ?? '')?.[1];
  return encoded === undefined ? epoch : firstPartyTime(asDigest(`sha256:${Buffer.from(encoded, 'base64url').toString('hex')}`));
}

function* entriesOf(directories: readonly string[], files: readonly InstalledFile[], timeOf: TimeOf): Generator<LayerEntry> {
  for (const path of directories) yield directoryEntry(path);
  for (const file of files) yield fileEntry(file, timeOf(file));
}

interface InstalledWheel {
  readonly label: string;
  readonly files: readonly InstalledFile[];
  /** Directories that the archive itself lists. */
  readonly directories: readonly string[];
}

function installWheel(item: WheelItem, file: FileReference, context: InstallContext): InstalledWheel {
  const label = `${item.name} ${item.version}`;
  const wheel = identifyWheel(openZip(file, { label }), item);
  return { label, files: installedFiles(wheel, context), directories: listedDirectories(wheel, context) };
}

/** The archive's own directory entries, without those of `.data`: installers keep empty ones. */
function listedDirectories(wheel: Wheel, context: InstallContext): string[] {
  return wheel.zip.entries
    .filter((entry) => entry.type === 'directory' && entry.path.split('/', 1)[0] !== wheel.dataDirectory)
    .map((entry) => destinationOf(entry.path, wheel, context.layout).path);
}

/**
 * Paths and hashes of one wheel as `wheelFilesIn` reads them, from its headers and RECORD: cheap, no file is decompressed but the small ones
 * of .dist-info and scripts.
 */
export function wheelFileList(item: WheelItem, path: string, target: { readonly venv: string; readonly pythonMinor: string }): string {
  const context = { layout: venvLayout(target.venv, target.pythonMinor), pythonMinor: target.pythonMinor };
  return wheelFilesText(installWheel(item, path, context).files);
}

/** In the layer's order. Of files at one path the last wheel's is taken. */
function sortedFiles(wheels: readonly InstalledWheel[]): InstalledFile[] {
  const files = wheels.flatMap((wheel) => wheel.files).sort((a, b) => compareTarPaths(a.path, b.path));
  return files.filter((file, i) => files[i + 1]?.path !== file.path);
}

function directoriesOf(wheels: readonly InstalledWheel[], root: string): string[] {
  const directories = new Set(ownParents(`${root}/x`));
  for (const wheel of wheels) {
    for (const directory of wheel.directories) directories.add(directory);
    for (const { path } of wheel.files) addParents(directories, path, root);
  }
  return [...directories].sort(compareTarPaths);
}

/** An empty directory of one wheel where another has a file. */
function checkDirectories(wheels: readonly InstalledWheel[]): void {
  const owners = new Map(wheels.flatMap(({ label, directories }) => directories.map((directory) => [directory, label])));
  if (owners.size === 0) return;
  for (const { label, files } of wheels) {
    for (const { path } of files) {
      const other = owners.get(path);
      if (other !== undefined) throw collision({ path, owners: [label, other] });
    }
  }
}

function addParents(directories: Set<string>, path: string, root: string): void {
  for (let slash = path.lastIndexOf('/'); slash >= root.length; slash = path.lastIndexOf('/', slash - 1)) {
    const parent = path.slice(0, slash);
    if (directories.has(parent)) return;
    directories.add(parent);
  }
}

const owner = { uid: 0, gid: 0, mtime: epoch } as const;

function directoryEntry(path: string): LayerEntry {
  return { type: 'directory', path, mode: 0o755, ...owner };
}

function fileEntry(file: InstalledFile, mtime: number): LayerEntry {
  const { path, mode, size } = file;
  const deflated = file.deflated();
  return { type: 'file', path, mode, size, content: () => file.content(), ...(deflated && { deflated }), ...owner, mtime };
}
