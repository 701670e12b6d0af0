import type { Digest } from '../digest.ts';
import { ownParents } from '../image-paths.ts';
import type { WheelItem, WheelsRecipe } from '../plan/recipe.ts';
import { compareTarPaths, epoch, type LayerEntry } from '../tar/index.ts';
import { openZip } from '../zip/index.ts';
import { checkCollisions, collision, type WheelFile } from './collisions.ts';
import { identifyWheel, type Wheel } from './dist-info.ts';
import { type InstallContext, type InstalledFile, installedFiles } from './files.ts';
import { destinationOf } from './layout.ts';
import { venvLayout } from './venv-path.ts';

/** Gives the host path of a file whose bytes were verified to have this digest. */
export type OpenMaterial = (sha256: Digest) => string;

/**
 * The layer of a wheels recipe: directories first, then files, each sorted bytewise; owned by root, all times `epoch`.
 * Contents are read from the wheels when they are asked for and verified against RECORD while they are read.
 * Throws ARCHIVE_UNSAFE, WHEEL_INVALID, WHEEL_RECORD, WHEEL_COLLISION, VENV_PATH.
 */
export function installWheels(recipe: WheelsRecipe, open: OpenMaterial): LayerEntry[] {
  const context = { layout: venvLayout(recipe.venv, recipe.pythonMinor), pythonMinor: recipe.pythonMinor };
  const installed = recipe.wheels.map((item) => installWheel(item, open(item.sha256), context));
  const files = mergeFiles(installed);
  const directories = new Set(ownParents(`${context.layout.root}/x`));
  for (const wheel of installed) for (const directory of wheel.directories) directories.add(directory);
  for (const path of files.keys()) addParents(directories, path, context.layout.root);
  checkDirectories(files, installed);
  return [
    ...[...directories].sort(compareTarPaths).map(directoryEntry),
    ...[...files.values()].sort((a, b) => compareTarPaths(a.path, b.path)).map(fileEntry),
  ];
}

interface InstalledWheel {
  readonly label: string;
  readonly files: readonly InstalledFile[];
  /** Directories that the archive itself lists. */
  readonly directories: readonly string[];
}

function installWheel(item: WheelItem, path: string, context: InstallContext): InstalledWheel {
  const label = `${item.name} ${item.version}`;
  const wheel = identifyWheel(openZip(path, { label }), item);
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
  return installWheel(item, path, context).files.map((file) => ({ path: file.path, hash: file.hash, mode: file.mode }));
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
