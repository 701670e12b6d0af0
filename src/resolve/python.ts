import type { ImageConfig } from '../config/types.ts';
import { ToolError, type Where } from '../errors/index.ts';
import { parseSpecifiers, parseVersion, type Specifiers, specifiersAllow } from '../packaging/index.ts';
import { type Platform, platformName } from '../platform.ts';
import type { Project } from '../project/types.ts';
import { groupRanges, rangeText } from '../select/index.ts';
import type { SelectionRequest } from '../selection-request.ts';
import { debianPython, minorOfDefaultBase, parseDebianName } from './base-name.ts';
import type { WherryLock } from './wherry-lock.ts';

/** The Python versions that images can be made for, oldest first. */
export const supportedMinors = ['3.11', '3.12', '3.13', '3.14'] as const;

/** What is taken when nothing else decides and `requires-python` allows it. */
export const defaultMinor = '3.13';

/** A chosen `X.Y` with its reason for `plan --explain`; `minor` is undefined where the configured base decides. */
export interface PythonChoice {
  readonly minor: string | undefined;
  readonly reason: string;
}

export interface PythonQuestion {
  readonly image: Pick<ImageConfig, 'python' | 'base'> & Partial<Pick<ImageConfig, 'selection'>>;
  readonly project: Pick<Project, 'rootPyproject' | 'members' | 'pythonVersion'>;
  readonly platform: Platform;
  readonly lock: WherryLock;
}

/**
 * Chooses the minor version (DESIGN §5): flag or configuration, `.python-version`, the configured base, wherry.lock, the default, the
 * nearest that `requires-python` allows. Pure. Errors: PYTHON_UNUSABLE.
 */
export function choosePython(question: PythonQuestion): PythonChoice {
  const requires = requiredPython(question.project, question.image.selection);
  const asked = askedPython(question);
  if (asked !== undefined) return checked(asked, requires);
  if (question.image.base !== undefined) return fromBase(question.image.base, requires);
  return fromLock(question, requires) ?? fromDefault(requires);
}

export interface RequiredPython {
  /** For messages; names the groups that have ranges of their own. */
  readonly text: string;
  readonly specifiers: Specifiers;
}

/** `requires-python` of the root, of every member and of the groups that are wanted: all of them must hold, as uv resolves a workspace. */
export function requiredPython(project: Pick<Project, 'rootPyproject' | 'members'>, selection?: SelectionRequest): RequiredPython {
  const tables = [project.rootPyproject, ...project.members.map(({ pyproject }) => pyproject)].map(({ data }) => data.project);
  const texts = tables.flatMap((table) => {
    const text = typeof table === 'object' && table !== null && 'requires-python' in table ? table['requires-python'] : undefined;
    return typeof text === 'string' ? [text] : [];
  });
  const groups = selection === undefined ? [] : groupRanges(project, selection);
  const ranges = groups.map(({ label, requiresPython }) => ({ label, text: rangeText(requiresPython) }));
  return {
    text: [[...new Set(texts)].join(', '), ...ranges.map(({ label, text }) => `${text} (${label})`)].filter(Boolean).join(' and '),
    specifiers: parseSpecifiers([...texts, ...ranges.map(({ text }) => text)].join(', ')),
  };
}

interface Asked {
  readonly minor: string;
  readonly reason: string;
  readonly where?: Where;
}

function askedPython({ image, project }: PythonQuestion): Asked | undefined {
  if (image.python !== undefined) return readAsked(image.python, { origin: 'the configuration' });
  if (project.pythonVersion === undefined) return undefined;
  const { text, file } = project.pythonVersion;
  return readAsked(text, { origin: '.python-version', where: { file } });
}

function readAsked(text: string, { origin, where }: { readonly origin: string; readonly where?: Where }): Asked {
  const [, minor, patch] = /^(?:(?:cpython|python)[@-]?)?(\d+\.\d+)(\.\d+)?(?:-\S*)?$/.exec(text.trim()) ?? [];
  const place = where === undefined ? {} : { where };
  if (/^\D*3\.\d+(?:\.\d+)?(?:t|\+freethreaded)\b/.test(text.trim()))
    throw unusable(`${origin} asks for ${JSON.stringify(text)}, the free-threaded Python; images are made with the ordinary one`, place);
  if (minor === undefined) throw unusable(`${origin} asks for ${JSON.stringify(text)}, which is no CPython version`, place);
  const note = patch === undefined ? '' : ` (${text}; the patch release is that of the base)`;
  return { minor, reason: `Python ${minor}: ${origin} says so${note}`, ...place };
}

function checked(asked: Asked, requires: RequiredPython): PythonChoice {
  const place = asked.where === undefined ? {} : { where: asked.where };
  if (!isSupported(asked.minor)) throw unusable(`Python ${asked.minor} is not supported`, { ...place, requires });
  if (!allows(requires.specifiers, asked.minor))
    throw unusable(`Python ${asked.minor} is outside of requires-python ${requires.text}`, { ...place, requires });
  return asked;
}

function fromBase(base: string, requires: RequiredPython): PythonChoice {
  const debian = parseDebianName(base);
  if (debian === undefined) return { minor: undefined, reason: `Python: that of the base ${base}` };
  const minor = debianPython(debian.release);
  if (!allows(requires.specifiers, minor)) {
    throw unusable(`${base} has Python ${minor}, which is outside of requires-python ${requires.text}`, { requires });
  }
  return { minor, reason: `Python ${minor}: that of the base ${base}` };
}

// A later Wherry may have another default; a project keeps the one that it was locked with, also for a platform that comes later.
function fromLock({ lock, platform }: PythonQuestion, requires: RequiredPython): PythonChoice | undefined {
  const own = lock.bases.filter((entry) => platformName(entry.platform) === platformName(platform));
  return ofBases(own, requires) ?? ofBases(lock.bases, requires);
}

function ofBases(bases: WherryLock['bases'], requires: RequiredPython): PythonChoice | undefined {
  const locked = bases
    .map(({ reference }) => minorOfDefaultBase(reference))
    .filter((minor) => minor !== undefined && isSupported(minor) && allows(requires.specifiers, minor));
  const minor = locked.includes(defaultMinor) ? defaultMinor : locked.sort().at(-1);
  return minor === undefined ? undefined : { minor, reason: `Python ${minor}: wherry.lock has its base` };
}

function fromDefault(requires: RequiredPython): PythonChoice {
  if (allows(requires.specifiers, defaultMinor)) return { minor: defaultMinor, reason: `Python ${defaultMinor}: Wherry's default` };
  const nearest = supportedMinors
    .filter((minor) => allows(requires.specifiers, minor))
    .sort((a, b) => distance(a) - distance(b) || (a < b ? 1 : -1))[0];
  if (nearest === undefined) throw unusable(`requires-python ${requires.text} allows none of ${supportedMinors.join(', ')}`, { requires });
  return { minor: nearest, reason: `Python ${nearest}: the nearest to ${defaultMinor} that requires-python ${requires.text} allows` };
}

/** Whether a minor version is one that images can be made for. */
export function isSupported(minor: string): boolean {
  return supportedMinors.some((supported) => supported === minor);
}

// The patch release is known only with the base, so a version early or late in the series is enough here.
function allows(specifiers: Specifiers, minor: string): boolean {
  return ['0', '1', '100'].some((patch) => specifiersAllow(specifiers, parseVersion(`${minor}.${patch}`)));
}

function distance(minor: string): number {
  return Math.abs(Number(minor.slice(2)) - Number(defaultMinor.slice(2)));
}

function unusable(message: string, { where, requires }: { readonly where?: Where; readonly requires?: RequiredPython }): ToolError {
  const fitting = supportedMinors.filter((minor) => requires === undefined || allows(requires.specifiers, minor));
  const hint =
    fitting.length === 0
      ? 'change requires-python, or leave out the group that narrows it'
      : `set python to ${fitting.length === 1 ? '' : 'one of '}${fitting.join(', ')} in [tool.wherry]`;
  return new ToolError('PYTHON_UNUSABLE', message, { hint, ...(where && { where }) });
}
