import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'smol-toml';
import { ToolError } from '../../errors/index.ts';
import { fileDigest } from '../../file-digest.ts';
import { isValidName, normalizeName, parseVersion, parseWheelFilename } from '../../packaging/index.ts';
import { isTable } from '../../project/index.ts';
import { type Pin, withoutEdges } from '../pinned.ts';
import type { PackageSource } from '../types.ts';
import { constrained, exactVersion } from './constraints.ts';
import { allowsSources, allowsWheels } from './formats.ts';
import { invalid } from './options.ts';
import { fileNameOf, isArchive, readTarget, type Target, type What } from './target.ts';
import type { RequirementLine, RequirementsSet } from './types.ts';

/** A pin of a requirements file. Without files of its own it is looked up on an index by name and version. */
export interface RequirementPin extends Pin {
  /** Of these hashes one must be the file's; empty: any file of the index. `sha256:hex`. */
  readonly hashes: readonly string[];
  /** Which kinds of files may be installed. */
  readonly wheelsAllowed: boolean;
  readonly sourcesAllowed: boolean;
  /** The URL that the line names, with its user and password; absent without them. */
  readonly login?: string;
  /** What the line asks for beside the package itself. */
  readonly extras: readonly string[];
}

/** A line that pins nothing, with the reason. */
export interface Unpinned {
  readonly line: RequirementLine;
  readonly reason: string;
}

export interface PinOptions {
  /** Absolute; paths start here. */
  readonly directory: string;
  /** Absolute; paths of pins are relative to it. */
  readonly root: string;
}

/**
 * Turns lines into pins: `==` with one version, by the line itself or by a constraint; a URL or path that names one file; a full commit.
 * Errors: REQUIREMENTS_INVALID, REQUIREMENTS_CONFLICT, REQUIREMENTS_UNHASHED; lines that pin nothing are returned.
 */
export async function pinsOf(
  set: RequirementsSet,
  options: PinOptions,
): Promise<{ readonly pins: readonly RequirementPin[]; readonly unpinned: readonly Unpinned[] }> {
  const pins: RequirementPin[] = [];
  const unpinned: Unpinned[] = [];
  const constraints = set.constraints.map((line) => readTarget(line, options.directory));
  for (const line of set.lines) {
    if (line.editable) unpinned.push({ line, reason: 'is editable, and an image has no working copy to point to' });
    else {
      for (const target of constrained(readTarget(line, options.directory), constraints)) {
        const pin = await pinOf(target, { set, ...options });
        if ('reason' in pin) unpinned.push(pin);
        else pins.push(pin);
      }
    }
  }
  return { pins, unpinned };
}

interface Surroundings extends PinOptions {
  readonly set: RequirementsSet;
}

async function pinOf(target: Target, around: Surroundings): Promise<RequirementPin | Unpinned> {
  const { line, what } = target;
  if (what.kind === 'versions') {
    const version = exactVersion(what);
    if (version === undefined) return { line, reason: reasonOf(what) };
    requireHash(target, around.set);
    return pin(target, around, { version: parseVersion(version).text, source: { kind: 'registry', registry: '' } });
  }
  if (what.kind === 'git') return gitPin(target, what, around);
  return what.kind === 'url' ? urlPin(target, what, around) : await pathPin(target, what, around);
}

function reasonOf({ requirement: { specifierText } }: What & { readonly kind: 'versions' }): string {
  return specifierText === '' ? 'names no version' : `allows several versions: ${specifierText}`;
}

type Rest = Pick<RequirementPin, 'version' | 'source'> & Partial<Pick<RequirementPin, 'wheels' | 'sdist'>>;

function pin({ line, name, extras, marker, what }: Target, { set }: Surroundings, rest: Rest): RequirementPin {
  if (name === undefined) throw invalid('the name of the package is not known', line.where, 'write it before the place: NAME @ URL');
  const hashes = line.hashes.filter((hash) => hash.startsWith('sha256:'));
  if (hashes.length === 0 && line.hashes.length > 0) {
    throw unhashed(line, `${name} has no sha256 hash, only others`);
  }
  return {
    ...withoutEdges,
    sdist: undefined,
    wheels: [],
    name,
    extras,
    marker,
    hashes,
    requiresPython: undefined,
    wheelsAllowed: allowsWheels(set.formats, name),
    sourcesAllowed: allowsSources(set.formats, name),
    where: line.where,
    ...('login' in what && what.login !== undefined ? { login: what.login } : {}),
    ...rest,
  };
}

function gitPin(
  target: Target,
  { repository, revision, subdirectory }: What & { readonly kind: 'git' },
  around: Surroundings,
): RequirementPin | Unpinned {
  if (revision === undefined || !/^[0-9a-f]{40}$/.test(revision)) {
    return { line: target.line, reason: `names ${revision === undefined ? 'no commit' : 'no full commit'} of its repository` };
  }
  const query = subdirectory === undefined ? '' : `?${new URLSearchParams({ subdirectory })}`;
  return pin(target, around, { version: undefined, source: { kind: 'git', git: `${repository}${query}#${revision}` } });
}

function urlPin(target: Target, what: What & { readonly kind: 'url' }, around: Surroundings): RequirementPin {
  const { line } = target;
  const filename = fileNameOf(what);
  if (!isArchive(filename)) throw invalid('its URL does not end in the name of a wheel or a source archive', line.where);
  const hash = what.hash ?? line.hashes.find((each) => each.startsWith('sha256:'));
  if (hash === undefined) throw unhashed(line, `the URL of ${target.name ?? filename} comes without a hash`);
  const source: PackageSource = {
    kind: 'url',
    url: what.url,
    ...(what.subdirectory === undefined ? {} : { subdirectory: what.subdirectory }),
  };
  return pin(target, around, { source, ...archive({ filename, url: what.url, hash }, target) });
}

async function pathPin(target: Target, what: What & { readonly kind: 'path' }, around: Surroundings): Promise<RequirementPin> {
  const { line } = target;
  const found = await stat(what.path).catch(() => undefined);
  if (found === undefined)
    throw invalid(
      `there is nothing at ${path.relative(around.directory, what.path) || '.'}`,
      line.where,
      'correct the path; it starts at the project',
    );
  const below = path.relative(around.root, what.path).split(path.sep).join('/') || '.';
  if (found.isDirectory()) {
    const name = target.name ?? (await projectName(what.path));
    return pin({ ...target, name }, around, { version: undefined, source: { kind: 'directory', directory: below } });
  }
  const filename = fileNameOf(what);
  if (!isArchive(filename)) throw invalid(`${filename} is neither a wheel nor a source archive`, line.where);
  const hash = what.hash ?? line.hashes.find((each) => each.startsWith('sha256:')) ?? (await fileDigest(what.path));
  return pin(target, around, { source: { kind: 'path', path: below }, ...archive({ filename, path: below, hash }, target) });
}

interface Archive {
  readonly filename: string;
  readonly hash: string;
  readonly url?: string;
  readonly path?: string;
}

function archive(file: Archive, { name, line }: Target): Omit<Rest, 'source'> {
  const { filename } = file;
  if (!filename.endsWith('.whl')) return { version: undefined, sdist: file, wheels: [] };
  const wheel = parseWheelFilename(filename);
  if (name !== undefined && wheel.name !== name) {
    throw invalid(`${filename} is no wheel of ${name}`, line.where, 'correct the name, or the place of the wheel');
  }
  return { version: wheel.version.text, sdist: undefined, wheels: [file] };
}

async function projectName(directory: string): Promise<string | undefined> {
  try {
    const { project } = parse(await readFile(path.join(directory, 'pyproject.toml'), 'utf8'));
    const name = isTable(project) ? project.name : undefined;
    return typeof name === 'string' && isValidName(name) ? normalizeName(name) : undefined;
  } catch {
    return undefined;
  }
}

function requireHash({ line, name }: Target, { requireHashes }: RequirementsSet): void {
  if (requireHashes !== undefined && line.hashes.length === 0) throw unhashed(line, `--require-hashes is set, and ${name} has none`);
}

function unhashed({ where }: RequirementLine, message: string): ToolError {
  return new ToolError('REQUIREMENTS_UNHASHED', message, {
    where,
    hint: 'add --hash=sha256:… to the line (for a URL: #sha256=… at its end); uv pip compile --generate-hashes writes them',
  });
}
