import { ToolError } from '../errors/index.ts';
import { fileDigest } from '../file-digest.ts';
import { type IndexClient, type IndexFile, indexUnknown, type ProjectFiles } from '../indexes/index.ts';
import type { RequirementPin } from '../lock/index.ts';
import { compareVersions, dependencyHeaders, parseSpecifiers, specifiersAllow, type Version, wheelTags } from '../packaging/index.ts';
import { fileVersion } from './file-version.ts';
import type { LockedRequirement } from './wherry-lock.ts';

interface VersionedFile extends IndexFile {
  readonly version: Version;
}

/**
 * Asks indexes for the files of a pin. Without hashes the first index that has the project decides, as for uv: a namesake on a later one is never
 * taken. With hashes any index will do. Errors: REQUIREMENTS_NOT_FOUND, REQUIREMENTS_UNHASHED, INDEX_UNKNOWN, those of the client.
 */
export async function lookUpPin(pin: RequirementPin, indexes: IndexClient): Promise<LockedRequirement> {
  const label = `${pin.name} ${pin.version}`;
  if (indexes.places.length === 0) throw indexUnknown(label);
  const asked: ProjectFiles[] = [];
  for await (const found of indexes.project(pin.name)) {
    asked.push(found);
    const files = newest(found.files, pin);
    if (files.length > 0 && (pin.hashes.length === 0 || hasHash(files, pin))) {
      return { ...(await entryOf(pin, files)), ...(pin.hashes.length === 0 ? await requiresOf(files, indexes) : {}) };
    }
    if (pin.hashes.length === 0) break;
  }
  throw notFound(pin, asked, indexes);
}

function hasHash(files: readonly VersionedFile[], { hashes }: RequirementPin): boolean {
  // The hash of a local file is not known yet.
  return files.some(({ sha256 }) => sha256 === undefined || hashes.includes(sha256));
}

/** Files of the highest version that `==` allows: `2.1` also means `2.1+cpu` (PEP 440, "Version matching"). Only what Linux may use. */
function newest(files: readonly IndexFile[], { name, version }: RequirementPin): readonly VersionedFile[] {
  const specifiers = parseSpecifiers(`==${version}`);
  const fitting = files.flatMap((file): VersionedFile[] => {
    const found = fileVersion(file.filename, name);
    return found !== undefined && specifiersAllow(specifiers, found) ? [{ ...file, version: found }] : [];
  });
  const highest = fitting
    .map((file) => file.version)
    .reduce<Version | undefined>((a, b) => (a === undefined || compareVersions(b, a) > 0 ? b : a), undefined);
  return fitting.filter((file) => highest !== undefined && compareVersions(file.version, highest) === 0 && mayFitLinux(file.filename));
}

/** Wheels for other systems are not written down: no image can use them. */
function mayFitLinux(filename: string): boolean {
  if (!filename.endsWith('.whl')) return true;
  return wheelTags(filename).some((tag) => /-any$|linux.*_(?:x86_64|aarch64)$/.test(tag));
}

async function entryOf({ name, version = '', where }: RequirementPin, files: readonly VersionedFile[]): Promise<LockedRequirement> {
  const resolved = files[0]?.version.text;
  const rows = await Promise.all(
    files.map(async ({ filename, sha256, size, location }) => {
      const digest = sha256 ?? ('path' in location ? await fileDigest(location.path) : undefined);
      return digest === undefined ? [] : [{ filename, sha256: digest, ...(size === undefined ? {} : { size }) }];
    }),
  );
  const listed = rows.flat().sort((a, b) => (a.filename < b.filename ? -1 : 1));
  if (listed.length === 0) {
    throw new ToolError('REQUIREMENTS_UNHASHED', `the index publishes no sha256 hashes of ${name} ${version}`, {
      where,
      hint: 'take the package from an index that publishes sha256 hashes, or name its wheel: NAME @ https://…/NAME.whl#sha256=…',
    });
  }
  const requiresPython = files.map((file) => file.requiresPython).find((text) => text !== undefined && isSpecifier(text));
  return {
    name,
    version,
    ...(resolved === undefined || resolved === version ? {} : { resolved }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    files: listed,
  };
}

/** What a package needs, from the first wheel whose METADATA the index has. A list with hashes is complete by pip's own rule, and is not asked for. */
async function requiresOf(files: readonly VersionedFile[], indexes: IndexClient): Promise<Pick<LockedRequirement, 'requires'>> {
  const wheel = files.find(({ metadata, filename }) => metadata && filename.endsWith('.whl'));
  const text = wheel === undefined ? undefined : await indexes.metadata(wheel);
  return text === undefined ? {} : { requires: requirementsIn(text) };
}

/** `Requires-Dist` of METADATA without those of extras. */
function requirementsIn(metadata: string): readonly string[] {
  const texts = new Set(dependencyHeaders(metadata).requiresDist.filter((text) => text !== ''));
  return [...texts].filter((text) => !/\bextra\b/.test(text.split(';').slice(1).join(';'))).sort();
}

function isSpecifier(text: string): boolean {
  try {
    parseSpecifiers(text);
    return true;
  } catch {
    return false;
  }
}

function notFound(pin: RequirementPin, asked: readonly ProjectFiles[], indexes: IndexClient): ToolError {
  const label = `${pin.name} ${pin.version}`;
  const [first] = asked;
  const places = (list: readonly { readonly origin: string }[]) => [...new Set(list.map(({ origin }) => origin))].join(', ');
  const details =
    first === undefined
      ? [`asked: the indexes of ${places(indexes.places)}; none has the project`]
      : asked.map(
          ({ place, files }) =>
            `the index of ${place.origin} has ${files.length} files of ${pin.name}, none of them for this version${pin.hashes.length > 0 ? ' with one of the hashes' : ''}`,
        );
  const more = first !== undefined && pin.hashes.length === 0 && indexes.places.length > 1;
  return new ToolError('REQUIREMENTS_NOT_FOUND', `no index has ${label}`, {
    where: pin.where,
    details: more ? [...details, 'later indexes are not asked: without a hash, the first one that has the project decides'] : details,
    hint: more
      ? 'add the hashes of the package, or change the order of the indexes'
      : 'correct the version, or name the index that has it with --extra-index-url',
  });
}
