/**
 * In: wheels with verified digests and a recipe. Out: the files of an installed environment, as layer entries or files-recipe entries.
 * Must not: run Python, depend on the host, keep a path that leaves the environment, or decide between wheels by anything but the recipe's order.
 */

export {
  type Collision,
  collision,
  findCollisions,
  type OwnedFiles,
  type WheelFile,
  wheelFilesIn,
  wheelFilesOf,
  wheelFilesText,
} from './collisions.ts';
export { parseScripts, type Script, scriptText } from './entry-points.ts';
export { relativeToSite } from './files.ts';
export { installWheels, type OpenMaterial, wheelFileList } from './install.ts';
export { destinationOf, type WheelIdentity } from './layout.ts';
export { formatRecord, type RecordRow, recordHash } from './record.ts';
export { installedRoots, mayTouch } from './roots.ts';
export { isReservedScript } from './rules.ts';
export { type BasePython, type TextFiles, venvEntries } from './venv.ts';
export { type VenvLayout, venvLayout } from './venv-path.ts';
