import type { Digest } from '../digest.ts';
import { ownParents } from '../image-paths.ts';
import type { WheelItem, WheelsRecipe } from '../plan/recipe.ts';
import { compareTarPaths, epoch, type LayerEntry } from '../tar/index.ts';
import { type FileReference, openZip } from '../zip/index.ts';
import { checkCollisions, collision, type WheelFile } from './collisions.ts';
import { identifyWheel, type Wheel } from './dist-info.ts';
import { type InstallContext, type InstalledFile, installedFiles } from './files.ts';
import { destinationOf } from './layout.ts';
import { venvLayout } from './venv-path.ts';

/** Gives a file whose bytes were verified to have this digest. It must stay open, if it is, while contents are read. */
export type OpenMaterial = (sha256: Digest) => FileReference;

/** What a wheels recipe installs: the entries of its layer, and the files of each wheel in the recipe's order. */
export interface Installation {
  readonly entries: readonly LayerEntry[];
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
  const files = mergeFiles(installed);
  const directories = new Set(ownParents(`${context.layout.root}/x`));
  for (const wheel of installed) for (const directory of wheel.directories) directories.add(directory);
  for (const path of files.keys()) addParents(directories, path, context.layout.root);
  checkDirectories(files, installed);
  const entries = [
    ...[...directories].sort(compareTarPaths).map(directoryEntry),
    ...[...files.values()].sort((a, b) => compareTarPaths(a.path, b.path)).map(fileEntry),
  ];
  return { entries, files: installed.map((wheel) => wheel.files.map(listed)) };
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

/** Paths and hashes of one wheel, from its headers and RECORD: cheap, no file is decompressed but the small ones of .dist-info and scripts. */
export function wheelFileList(item: WheelItem, path: string, target: { readonly venv: string; readonly pythonMinor: string }): WheelFile[] {
  const context = { layout: venvLayout(target.venv, target.pythonMinor), pythonMinor: target.pythonMinor };
  return installWheel(item, path, context).files.map(listed);
}

function listed({ path, hash, mode }: InstalledFile): WheelFile {
  return { path, hash, mode };
}

function mergeFiles(wheels: readonly InstalledWheel[]): Map<string, InstalledFile> {
  checkCollisions(wheels.map(({ label, files }) => ({ owner: label, files })));
  return new Map(wheels.flatMap(({ files }) => files.map((file) => [file.path, file])));
}

/** An empty directory of one wheel where another has a file. */
function checkDirectories(files: ReadonlyMap<string, InstalledFile>, wheels: readonly InstalledWheel[]): void {
  for (const { label, directories } of wheels) {
    const path = directories.find((directory) => files.has(directory));
    if (path === undefined) continue;
    const other = wheels.find((wheel) => wheel.files.some((file) => file.path === path));
    throw collision(path, other?.label ?? label, label);
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

function fileEntry(file: InstalledFile): LayerEntry {
  const { path, mode, size, content, deflated } = file;
  return { type: 'file', path, mode, size, content, ...(deflated && { deflated }), ...owner };
}
