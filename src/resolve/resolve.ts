import { type BaseFacts, readImageBase } from '../base/index.ts';
import type { ImageConfig } from '../config/types.ts';
import type { Context } from '../context.ts';
import { debianFacts, findDebianMirrors, lockDebianBase } from '../debian/index.ts';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { parseVersion, specifiersAllow } from '../packaging/index.ts';
import { type Platform, platformName } from '../platform.ts';
import type { Project } from '../project/types.ts';
import { debianPython, defaultBase, parseDebianName } from './base-name.ts';
import { choosePython, isSupported, type PythonChoice, type RequiredPython, requiredPython, supportedMinors } from './python.ts';
import type { Target } from './target.ts';
import { findBase, type LockedBase, type LockMode, type WherryLock, withBase } from './wherry-lock.ts';

/** What a target is resolved from. */
export interface ResolveOptions {
  readonly image: Pick<ImageConfig, 'python' | 'base' | 'debian'> & Partial<Pick<ImageConfig, 'selection'>>;
  readonly project: Pick<Project, 'root' | 'rootPyproject' | 'members' | 'pythonVersion'>;
  readonly platform: Platform;
  readonly lock: WherryLock;
  readonly mode: LockMode;
  readonly ctx: Context;
}

/**
 * Chooses Python and base, and reads what a build must know of the base: from the lock without any request, else from the network, which
 * gives a lock with one entry more. Errors: WHERRY_LOCK_INCOMPLETE in locked mode, PYTHON_UNUSABLE, BASE_PYTHON_MISMATCH, those of
 * `src/debian` and `src/base`.
 */
export async function resolveTarget(options: ResolveOptions): Promise<{ readonly target: Target; readonly lock: WherryLock }> {
  const { image, project, platform } = options;
  const choice = choosePython(options);
  const baseName = image.base ?? defaultBase(choice.minor ?? '');
  refuseOtherDebian(baseName, choice);
  const entry = await entryOf(options, baseName);
  const base = factsOf(entry);
  const pythonMinor = base.python.version.split('.').slice(0, 2).join('.');
  checkPython({ baseName, base, choice, requires: requiredPython(project, image.selection) });
  const baseReason = image.base === undefined ? `base ${baseName}: the default for Python ${pythonMinor}` : `base ${baseName}: configured`;
  const target = { platform, pythonMinor, base, baseName, reasons: [choice.reason, baseReason] };
  return { target, lock: withBase(options.lock, entry) };
}

/** The facts of a locked base; no request is sent. */
export function factsOf(entry: LockedBase): BaseFacts {
  return entry.kind === 'debian' ? debianFacts(entry.base, entry.platform) : entry.facts;
}

async function entryOf(options: ResolveOptions, reference: string): Promise<LockedBase> {
  const { lock, platform, mode } = options;
  const known = findBase(lock, reference, platform);
  if (known !== undefined) return known;
  if (mode === 'locked') throw incomplete(`the base ${reference} for ${platformName(platform)}`);
  return await lookUpBeside(options, reference);
}

/** An image that another platform is locked to is the same for this one, whatever its tag means by now; if it has this platform. */
async function lookUpBeside(options: ResolveOptions, reference: string): Promise<LockedBase> {
  const content = options.lock.bases.flatMap((entry) =>
    entry.reference === reference && entry.kind === 'image' ? [entry.facts.content] : [],
  )[0];
  if (content?.kind !== 'registry') return await lookUp(options, reference);
  try {
    return await lookUp({ ...options, digest: content.digest }, reference);
  } catch (error) {
    if (!(error instanceof ToolError) || (error.code !== 'BASE_NO_PLATFORM' && error.code !== 'REGISTRY_NOT_FOUND')) throw error;
    return await lookUp(options, reference);
  }
}

/** The error of a missing entry in locked mode; `what` names it, `details` say more of each. */
export function incomplete(what: string, details: readonly string[] = []): ToolError {
  return new ToolError('WHERRY_LOCK_INCOMPLETE', `wherry.lock lacks ${what}`, { details, hint: 'run wherry lock, and commit wherry.lock' });
}

/** What a base is looked up with. */
export interface LookUpOptions {
  readonly image: Pick<ImageConfig, 'debian'>;
  readonly project: Pick<Project, 'root'>;
  readonly platform: Platform;
  readonly ctx: Context;
  /** Of an image: not what its tag means now, but this. */
  readonly digest?: Digest;
}

/** Asks the network for a base as it is now. Errors: those of `src/debian` and `src/base`. */
export async function lookUp({ image, project, platform, ctx, digest }: LookUpOptions, reference: string): Promise<LockedBase> {
  const debian = parseDebianName(reference);
  if (debian === undefined) {
    const named = { reference, platform, root: project.root, ...(digest && { digest }) };
    return { kind: 'image', reference, platform, facts: await readImageBase(named, ctx) };
  }
  const mirrors = await findDebianMirrors({ config: image.debian.mirror, env: ctx.env, defaults: ctx.defaults?.debian });
  return { kind: 'debian', reference, platform, base: await lockDebianBase({ ...debian, platform, mirrors, ctx }) };
}

function refuseOtherDebian(baseName: string, { minor }: PythonChoice): void {
  const debian = parseDebianName(baseName);
  if (debian === undefined || minor === undefined || debianPython(debian.release) === minor) return;
  throw mismatch(`${baseName} has Python ${debianPython(debian.release)}, but ${minor} is wanted`, minor);
}

interface PythonCheck {
  readonly baseName: string;
  readonly base: BaseFacts;
  readonly choice: PythonChoice;
  readonly requires: RequiredPython;
}

function checkPython({ baseName, base, choice, requires }: PythonCheck): void {
  const { version } = base.python;
  const minor = version.split('.').slice(0, 2).join('.');
  if (choice.minor !== undefined && choice.minor !== minor)
    throw mismatch(`${baseName} has Python ${version}, but ${choice.minor} is wanted`, choice.minor);
  if (!isSupported(minor)) {
    throw new ToolError('PYTHON_UNUSABLE', `${baseName} has Python ${version}, which is not supported`, {
      hint: `use a base with one of ${supportedMinors.join(', ')}`,
    });
  }
  if (specifiersAllow(requires.specifiers, parseVersion(version))) return;
  throw new ToolError('BASE_PYTHON_MISMATCH', `${baseName} has Python ${version}, which is outside of requires-python ${requires.text}`, {
    hint: 'choose another base, take a newer one with wherry lock --update, or change requires-python',
  });
}

function mismatch(message: string, wanted: string): ToolError {
  return new ToolError('BASE_PYTHON_MISMATCH', message, {
    hint: `set base = "${defaultBase(wanted)}" in [tool.wherry], or python to the version of the base`,
  });
}
