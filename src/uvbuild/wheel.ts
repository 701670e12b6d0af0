import type { Digest } from '../digest.ts';
import type { Member, SourceTree } from '../project/types.ts';
import { compareTarPaths } from '../tar/index.ts';
import { formatRecord, recordHash } from '../wheel/index.ts';
import { type NewEntry, writeZip } from '../zip/index.ts';
import { entryPointsText } from './entry-points.ts';
import { invalidProject } from './errors.ts';
import { wheelFacts } from './facts.ts';
import { metadataText } from './metadata.ts';
import { distName } from './modules.ts';
import { licensePaths, type RegularFile } from './sources.ts';

export interface UvBuildWheelOptions {
  readonly member: Member;
  readonly tree: SourceTree;
  /** The bytes of a file of the tree, by digest. */
  readonly contents: ReadonlyMap<Digest, Uint8Array>;
}

/** A wheel as a file. */
export interface UvBuiltWheel {
  /** File name (binary distribution format). */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What `planUvBuild` lays out, as a wheel: for projects that are not members of the workspace. Pure. Throws UVBUILD_MODULE_MISSING, UVBUILD_INVALID. */
export function uvBuildWheel({ member, tree, contents }: UvBuildWheelOptions): UvBuiltWheel {
  const { tables, files, name, version, distInfo, sources } = wheelFacts(member, tree);
  const bytesOf = (file: RegularFile): Uint8Array => {
    const bytes = contents.get(file.sha256);
    if (bytes === undefined) throw invalidProject(member, `${file.path} cannot be read`);
    return bytes;
  };
  const readText = (path: string): string => {
    const file = files.get(path);
    if (file === undefined) throw invalidProject(member, `${path}, which [project] names, is missing or ignored`);
    return Buffer.from(bytesOf(file)).toString();
  };
  const copied = (path: string, file: RegularFile): NewEntry => ({ path, bytes: bytesOf(file), executable: file.executable });
  const licenseFiles = licensePaths(tables, member, files);
  const entryPoints = entryPointsText(tables.project, member);
  const texts: Readonly<Record<string, string>> = {
    METADATA: metadataText(tables.project, { member, licenseFiles, readText }),
    WHEEL: 'Wheel-Version: 1.0\nGenerator: wherry\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ...(entryPoints === undefined ? {} : { 'entry_points.txt': entryPoints }),
  };
  const entries = [
    ...sources.map(({ wheelPath, file }) => copied(wheelPath, file)),
    ...licenseFiles.flatMap((path) => {
      const file = files.get(path);
      return file === undefined ? [] : [copied(`${distInfo}/licenses/${path}`, file)];
    }),
    ...Object.entries(texts).map(([file, text]) => ({ path: `${distInfo}/${file}`, bytes: Buffer.from(text), executable: false })),
  ].sort((a, b) => compareTarPaths(a.path, b.path));
  const record = `${distInfo}/RECORD`;
  const rows = entries.map(({ path, bytes }) => ({ path, hash: recordHash(bytes), size: bytes.length }));
  const text = formatRecord([...rows, { path: record, hash: undefined, size: undefined }]);
  const all = [...entries, { path: record, bytes: Buffer.from(text), executable: false }];
  return { name: `${distName(name)}-${version}-py3-none-any.whl`, bytes: writeZip(all) };
}
