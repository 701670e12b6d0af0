import { compareVersions, normalizeName, parseWheelFilename, tryParseVersion, type Version, type WheelName } from '../packaging/index.ts';
import { type Node, refuse } from './shape.ts';
import type { LockedPackage } from './types.ts';

/**
 * Refuses a wheel whose file name is that of another package or version than the one that lists it: it would be installed under a wrong name, or be
 * refused when it has been fetched. The local part of a version may stand in the file name alone, as uv allows. Throws `ShapeError`.
 */
export function checkWheelNames(
  { name, version, wheels }: Pick<LockedPackage, 'name' | 'version' | 'wheels'>,
  nodes: readonly Node[],
): void {
  const wanted = version === undefined ? undefined : tryParseVersion(version);
  for (const [index, { filename }] of wheels.entries()) {
    const wheel = wheelName(filename);
    const node = nodes[index];
    if (wheel === undefined || node === undefined) continue;
    const isSame = wanted === undefined || isVersion(wheel.version, wanted);
    if (wheel.name === normalizeName(name) && isSame) continue;
    refuse(node, `is ${filename}, which is no wheel of ${name} ${version ?? ''}`.trimEnd());
  }
}

/** Undefined for other names than wheels have: those fit no image, which is said when one is chosen. */
function wheelName(filename: string): WheelName | undefined {
  try {
    return parseWheelFilename(filename);
  } catch {
    return undefined;
  }
}

function isVersion(found: Version, wanted: Version): boolean {
  if (compareVersions(found, wanted) === 0) return true;
  const published = tryParseVersion(found.text.replace(/\+.*$/, ''));
  return published !== undefined && compareVersions(published, wanted) === 0;
}
