import { asDigest, type Digest } from '../digest.ts';
import { parseGitSource } from '../git/source.ts';
import type { LockedFile, LockedPackage } from '../lock/types.ts';
import { packageLabel } from '../package-label.ts';
import { compareBuilds, parseWheelFilename, scoreWheel, type TagRanks, wheelTags } from '../packaging/index.ts';
import type { Project } from '../project/types.ts';
import type { BuildRules } from './builds.ts';
import type { Fit } from './fit.ts';
import { isProblem, type Problem } from './problem.ts';
import type { Artifact, WheelArtifact } from './types.ts';
import { describeUnfit } from './unfit.ts';

export interface ArtifactOptions {
  readonly project: Project;
  readonly fit: Fit;
  readonly rules: BuildRules;
}

/** The file to install for a package, or why there is none: the best wheel, else a build from source (uv-and-wheels §3.3). Throws `WHEEL_NAME_INVALID`. */
export function chooseArtifact(locked: LockedPackage, options: ArtifactOptions): Artifact | Problem {
  const { fit, rules } = options;
  const noBinary = rules.noBinary(locked.name);
  const file = noBinary === undefined ? bestWheel(locked.wheels, fit.ranks) : undefined;
  if (file !== undefined) return fileArtifact(locked, file);
  const noBuild = rules.noBuild(locked.name);
  const isUnfit = isCompiled(locked) || locked.sdist === undefined;
  if (locked.wheels.length > 0 && noBinary === undefined && isUnfit) return describeUnfit(locked, fit, noBuild);
  if (!hasSource(locked)) return wheelsForbidden(locked, noBinary);
  return noBuild === undefined ? sourceArtifact(locked) : buildForbidden(locked, { noBinary, noBuild });
}

/** Whether there is anything to build from: of an archive that a project names itself, a wheel is all there is. */
function hasSource({ source, sdist, wheels }: LockedPackage): boolean {
  return source.kind === 'registry' ? sdist !== undefined || wheels.length === 0 : wheels.length === 0;
}

function sourceArtifact(locked: LockedPackage): Artifact | Problem {
  const { source } = locked;
  switch (source.kind) {
    case 'directory':
    case 'editable':
    case 'virtual':
      return { kind: 'local', path: source.directory };
    case 'git':
      return gitArtifact(locked, source.git);
    case 'url':
    case 'path':
    case 'registry':
      return archiveArtifact(locked);
  }
}

/** Best wheel by tag, then by build tag; the earlier file wins a tie. Throws `WHEEL_NAME_INVALID`. */
export function bestWheel(files: readonly LockedFile[], ranks: TagRanks): LockedFile | undefined {
  let best: { readonly file: LockedFile; readonly rank: number } | undefined;
  for (const file of files) {
    const rank = scoreWheel(wheelTags(file.filename), ranks);
    if (rank === undefined || (best !== undefined && rank > best.rank)) continue;
    if (best === undefined || rank < best.rank || hasLaterBuild(file, best.file)) best = { file, rank };
  }
  return best === undefined ? undefined : checked(best.file);
}

function hasLaterBuild(a: LockedFile, b: LockedFile): boolean {
  return compareBuilds(parseWheelFilename(a.filename).build, parseWheelFilename(b.filename).build) > 0;
}

function checked(file: LockedFile): LockedFile {
  parseWheelFilename(file.filename);
  return file;
}

/** A package with wheels for platforms has compiled parts, so that a wheel without them would be another package. */
function isCompiled({ wheels }: LockedPackage): boolean {
  return wheels.some(({ filename }) => !wheelTags(filename).some((tag) => tag.endsWith('-any')));
}

function gitArtifact(locked: LockedPackage, text: string): Artifact | Problem {
  const { url, commit, requested, subdirectory, path, lfs } = parseGitSource(text);
  if (path !== undefined) {
    const message = `${packageLabel(locked)} is an archive inside of a git repository`;
    return { code: 'SOURCE_UNSUPPORTED', message, details: [], hint: wheelHint(locked) };
  }
  const rest = { ...(requested !== undefined && { requested }), ...(subdirectory !== undefined && { subdirectory }) };
  return { kind: 'git', url, commit, lfs, ...rest };
}

/** `.tar.gz` and `.zip` are source distributions (PEP 625, and what was before it). */
function archiveArtifact(locked: LockedPackage): Artifact | Problem {
  const { sdist: file, source } = locked;
  const label = packageLabel(locked);
  if (file === undefined) {
    const message = `${label} cannot be installed: uv.lock has neither a wheel nor a source distribution`;
    return { code: 'SDIST_UNSUPPORTED', message, details: [], hint: wheelHint(locked) };
  }
  const found = fileArtifact(locked, file);
  if (isProblem(found)) return found;
  if (!/\.(?:tar\.gz|tgz|zip)$/i.test(file.filename)) {
    const message = `${label} has a source archive of a kind that is not used: ${file.filename}`;
    return { code: 'SOURCE_UNSUPPORTED', message, details: [], hint: wheelHint(locked) };
  }
  const subdirectory = source.kind === 'url' ? source.subdirectory : undefined;
  return { ...found, kind: 'archive', ...(subdirectory !== undefined && { subdirectory }) };
}

function wheelsForbidden(locked: LockedPackage, noBinary: string | undefined): Problem {
  return {
    code: 'WHEEL_FORBIDDEN',
    message: `${packageLabel(locked)} has wheels only, and ${noBinary} forbids them`,
    details: [],
    hint: `take ${locked.name} out of ${noBinary}; wherry config says where it is set`,
  };
}

function buildForbidden(
  locked: LockedPackage,
  { noBinary, noBuild }: { readonly noBinary: string | undefined; readonly noBuild: string },
): Problem {
  const reason = noBinary === undefined ? 'has to be built from source' : `must not be a wheel (${noBinary})`;
  return {
    code: 'BUILD_FORBIDDEN',
    message: `${packageLabel(locked)} ${reason}, and ${noBuild} forbids building it`,
    details: [],
    hint: `${exception(locked, noBuild)}, or leave it out; wherry config says where ${noBuild} is set`,
  };
}

function exception({ name }: LockedPackage, noBuild: string): string {
  return noBuild === 'no-build' ? `make an exception with no-binary-package = ["${name}"]` : `take ${name} out of ${noBuild}`;
}

function fileArtifact(locked: LockedPackage, file: LockedFile): WheelArtifact | Problem {
  const sha256 = sha256Of(file);
  const location = file.url !== undefined ? { url: file.url } : file.path !== undefined ? { path: file.path } : sourceLocation(locked);
  if (sha256 === undefined || location === undefined) {
    const lacks = sha256 === undefined ? 'sha256 hash' : 'location';
    return {
      code: 'LOCK_UNHASHED',
      message: `uv.lock has no ${lacks} for ${file.filename}`,
      details: [],
      hint: 'use an index that publishes sha256 hashes, and run uv lock',
    };
  }
  return { kind: 'wheel', filename: file.filename, sha256, size: file.size, location };
}

function sourceLocation({ source }: LockedPackage): { readonly url: string } | { readonly path: string } | undefined {
  if (source.kind === 'url') return { url: source.url };
  return source.kind === 'path' ? { path: source.path } : undefined;
}

function sha256Of(file: LockedFile): Digest | undefined {
  try {
    return file.hash === undefined ? undefined : asDigest(file.hash.toLowerCase());
  } catch {
    return undefined;
  }
}

function wheelHint({ name }: LockedPackage): string {
  return `build a wheel of ${name}, name it in tool.uv.sources or serve it from your own index, and run uv lock`;
}
