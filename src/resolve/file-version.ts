import { normalizeName, parseWheelFilename, tryParseVersion, type Version } from '../packaging/index.ts';

/** The version in the name of a wheel or source archive of a package (normalised name); undefined if it is another's, or no such name. */
export function fileVersion(filename: string, name: string): Version | undefined {
  if (filename.endsWith('.whl')) {
    try {
      const wheel = parseWheelFilename(filename);
      return wheel.name === name ? wheel.version : undefined;
    } catch {
      return undefined;
    }
  }
  const stem = filename.replace(/\.(?:tar\.gz|zip)$/, '');
  if (stem === filename) return undefined;
  const dashes = [...stem.matchAll(/-/g)].map(({ index }) => index);
  const dash = dashes.find((at) => normalizeName(stem.slice(0, at)) === name && tryParseVersion(stem.slice(at + 1)) !== undefined);
  return dash === undefined ? undefined : tryParseVersion(stem.slice(dash + 1));
}
