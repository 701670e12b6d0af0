import { normalizeName, parseVersion } from '../packaging/index.ts';
import type { Member, SourceTree } from '../project/types.ts';
import { distName, findModules } from './modules.ts';
import { filesByPath, type RegularFile, type WheelSource, wheelSources } from './sources.ts';
import { type BuildTables, readTables } from './tables.ts';

/** What the wheel of a project is made of, wherever it goes. */
export interface WheelFacts {
  readonly tables: BuildTables;
  readonly files: ReadonlyMap<string, RegularFile>;
  /** Normalised. */
  readonly name: string;
  /** Normalised (PEP 440). */
  readonly version: string;
  /** `NAME-VERSION.dist-info` */
  readonly distInfo: string;
  /** Files of the tree that go into the wheel. */
  readonly sources: readonly WheelSource[];
}

/** Reads a project's tables and finds its modules. Throws UVBUILD_MODULE_MISSING, UVBUILD_INVALID. */
export function wheelFacts(member: Member, tree: SourceTree): WheelFacts {
  const tables = readTables(member);
  const files = filesByPath(tree);
  const roots = findModules(member, tables, new Set(files.keys()));
  const name = normalizeName(tables.project.name);
  const version = parseVersion(tables.project.version).text;
  const sources = wheelSources(member, { tables, tree, files, roots, version });
  return { tables, files, name, version, distInfo: `${distName(name)}-${version}.dist-info`, sources };
}
