import { type Digest, digestOf, hexOf } from '../digest.ts';
import type { FileEntry } from '../plan/recipe.ts';
import type { Member, SourceTree } from '../project/types.ts';
import { compareTarPaths } from '../tar/index.ts';
import {
  destinationOf,
  formatRecord,
  parseScripts,
  recordHash,
  relativeToSite,
  scriptText,
  type VenvLayout,
  venvLayout,
} from '../wheel/index.ts';
import { entryPointsText } from './entry-points.ts';
import { invalidProject } from './errors.ts';
import { type WheelFacts, wheelFacts } from './facts.ts';
import { metadataText } from './metadata.ts';
import { type OutputFile, output, textsOf, toEntries } from './outputs.ts';
import { filesByPath, licensePaths, type WheelSource } from './sources.ts';
import { readTables } from './tables.ts';

const placeholder = '#!python';

export interface UvBuildOptions {
  readonly member: Member;
  /** The member's own directory; ignored files are not in it. */
  readonly tree: SourceTree;
  /** Absolute path of the environment in the image. */
  readonly venv: string;
  /** `X.Y`. */
  readonly pythonMinor: string;
  /** Texts of the files that `uvBuildInputs` lists, by path below the tree. */
  readonly texts: ReadonlyMap<string, string>;
  /** Where the source would be in the image, for direct_url.json; without it the file is left out, as host paths must not leak. */
  readonly directUrlPath?: string;
}

/** What the wheel of uv_build leaves in an environment, as entries of a files recipe. */
export interface UvBuildPlan {
  /** Normalised. */
  readonly name: string;
  /** Normalised (PEP 440). */
  readonly version: string;
  /** Sorted bytewise, parents before children; the environment's own directories included. */
  readonly entries: readonly FileEntry[];
  /** Generated files by digest; all others are files of the tree. */
  readonly texts: Readonly<Record<Digest, string>>;
}

interface Build extends WheelFacts {
  readonly options: UvBuildOptions;
  readonly layout: VenvLayout;
}

/** Paths, below the tree, of the files whose text `planUvBuild` must know. Throws UVBUILD_INVALID. */
export function uvBuildInputs(member: Member, tree: SourceTree): string[] {
  const { project, settings } = readTables(member);
  const { readme, license } = project;
  const scripts = settings.data.scripts?.replace(/\/*$/, '/').replace(/^\.\//, '');
  const named = [
    ...(typeof readme === 'string' ? [readme] : readme !== undefined && 'file' in readme ? [readme.file] : []),
    ...(typeof license === 'object' && 'file' in license ? [license.file] : []),
    ...(scripts === undefined
      ? []
      : [...filesByPath(tree)].filter(([path, file]) => path.startsWith(scripts) && file.executable).map(([path]) => path)),
  ];
  return [...new Set(named)].sort(compareTarPaths);
}

/**
 * Builds and installs a `uv_build` project without running anything: the files of its wheel at their places in the environment.
 * Pure. Throws UVBUILD_MODULE_MISSING, UVBUILD_INVALID, ARCHIVE_UNSAFE, WHEEL_INVALID, VENV_PATH, and the codes of bad versions and requirements.
 */
export function planUvBuild(options: UvBuildOptions): UvBuildPlan {
  const { member, tree } = options;
  const facts = wheelFacts(member, tree);
  const build: Build = { ...facts, options, layout: venvLayout(options.venv, options.pythonMinor) };
  const installed = facts.sources.map((source) => installSource(build, source));
  const outputs = withRecord(build, dropReplaced([...installed, ...generated(build)]));
  return { name: build.name, version: build.version, entries: toEntries(build.layout.root, outputs), texts: textsOf(outputs) };
}

function installSource(build: Build, source: WheelSource): OutputFile {
  const identity = {
    label: `${build.name} ${build.version}`,
    name: build.name,
    dataDirectory: build.distInfo.replace(/\.dist-info$/, '.data'),
  };
  const { path, isScript } = destinationOf(source.wheelPath, identity, build.layout);
  const { sha256, size, executable } = source.file;
  const script = isScript ? build.options.texts.get(source.file.path) : undefined;
  if (script?.startsWith(placeholder)) return rewrittenScript(build, { path, sha256, text: script });
  return { path, mode: isScript || executable ? 0o755 : 0o644, sha256, size };
}

function rewrittenScript(build: Build, script: { path: string; sha256: Digest; text: string }): OutputFile {
  if (digestOf(script.text) !== script.sha256) throw invalidProject(build.options.member, `the script ${script.path} is not UTF-8`);
  const newline = script.text.indexOf('\n');
  return output(script.path, `#!${build.layout.python}${newline < 0 ? '' : script.text.slice(newline)}`, 0o755);
}

/** dist-info and the commands in `bin`. */
function generated(build: Build): OutputFile[] {
  const { options, tables, layout } = build;
  const { member } = options;
  const at = (file: string) => `${layout.sitePackages}/${build.distInfo}/${file}`;
  const licenseFiles = licensePaths(tables, member, build.files);
  const metadata = metadataText(tables.project, { member, licenseFiles, readText: (path) => readText(build, path) });
  const entryPoints = entryPointsText(tables.project, member);
  const scripts = parseScripts(entryPoints ?? '', { wheel: `${build.name} ${build.version}`, pythonMinor: options.pythonMinor });
  const url = options.directUrlPath;
  return [
    ...licenseFiles.map((path) => licenseFile(build, path, at(`licenses/${path}`))),
    ...scripts.map((script) => output(`${layout.bin}/${script.name}`, scriptText(script, layout.python), 0o755)),
    output(at('METADATA'), metadata),
    output(at('WHEEL'), 'Wheel-Version: 1.0\nGenerator: wherry\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
    ...(entryPoints === undefined ? [] : [output(at('entry_points.txt'), entryPoints)]),
    output(at('INSTALLER'), 'wherry\n'),
    output(at('REQUESTED'), ''),
    ...(url === undefined ? [] : [output(at('direct_url.json'), JSON.stringify({ url: `file://${encodeURI(url)}`, dir_info: {} }))]),
  ];
}

function licenseFile(build: Build, path: string, to: string): OutputFile {
  const file = build.files.get(path);
  if (file === undefined) throw invalidProject(build.options.member, `the licence file ${path} is missing`);
  return { path: to, mode: file.executable ? 0o755 : 0o644, sha256: file.sha256, size: file.size };
}

function readText(build: Build, path: string): string {
  const text = build.options.texts.get(path);
  if (text !== undefined) return text;
  throw invalidProject(build.options.member, `${path}, which [project] names, is missing or ignored`);
}

/** Later files win, as commands win over data scripts of the same name. */
function dropReplaced(files: readonly OutputFile[]): OutputFile[] {
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

function withRecord(build: Build, files: readonly OutputFile[]): OutputFile[] {
  const path = `${build.layout.sitePackages}/${build.distInfo}/RECORD`;
  const rows = files.map((file) => ({
    path: relativeToSite(file.path, build.layout),
    hash: file.text === undefined ? `sha256=${Buffer.from(hexOf(file.sha256), 'hex').toString('base64url')}` : recordHash(file.text),
    size: file.size,
  }));
  return [...files, output(path, formatRecord([...rows, { path: relativeToSite(path, build.layout), hash: undefined, size: undefined }]))];
}
