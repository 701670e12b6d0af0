import { resolve as resolvePath } from 'node:path';
import { getRequiresForBuildWheel } from '../backend/index.ts';
import type { Context } from '../context.ts';
import type { Authorize, Locate } from '../download/index.ts';
import type { IndexClient } from '../indexes/index.ts';
import { packageLabel } from '../package-label.ts';
import type { BuildOrigin, BuildRecipe, BuildSource } from '../plan/index.ts';
import type { Member, Project, SourceTree } from '../project/index.ts';
import { findBuild, incomplete, type LockedBuild, type LockMode, type WherryLock, withBuild } from '../resolve/index.ts';
import type { SelectedPackage, Selection } from '../select/types.ts';
import { chooseTools } from './choose.ts';
import { jobOf, type PlannedBuild } from './job.ts';
import { buildPython } from './python.ts';
import type { BuildSettings } from './settings.ts';
import { pyprojectOf, type ReadSource, readSource } from './source.ts';
import { type BuildSystem, buildSystemOf, isUvBuild, refuseCompiling } from './system.ts';
import { ensureTools, fetchCandidate } from './tools.ts';
import { treeSource } from './tree.ts';
import { unusable } from './usable.ts';
import { withGit } from './with-git.ts';

/** By normalised name of the package. */
export type PlannedBuilds = ReadonlyMap<string, PlannedBuild>;

export interface BuildsInput {
  readonly project: Project;
  readonly selection: Selection;
  /** `X.Y` of the image. */
  readonly pythonMinor: string;
  readonly lock: WherryLock;
  readonly mode: LockMode;
  readonly settings: BuildSettings;
  /** Members and other directories among the selection, and their trees, by path. */
  readonly members: ReadonlyMap<string, Member>;
  readonly trees: ReadonlyMap<string, SourceTree>;
  readonly ctx: Context;
  readonly authorize: Authorize;
  readonly locate?: Locate;
  readonly client: () => Promise<IndexClient>;
}

/**
 * How every selected package without a wheel is built. With a complete wherry.lock no request is sent and nothing is run; else sources are fetched, the
 * backend is asked what it needs, and wheels that build are chosen. Errors: WHERRY_LOCK_INCOMPLETE in locked mode, BACKEND_UNSUPPORTED,
 * BACKEND_PYTHON, BUILD_REQUIRES_CONFLICT, BUILD_REQUIRES_MISSING, SOURCE_MISSING, those of indexes, downloads, git, archives and backends.
 */
export async function resolveBuilds(input: BuildsInput): Promise<{ readonly lock: WherryLock; readonly builds: PlannedBuilds }> {
  const builds = new Map<string, PlannedBuild>();
  let { lock } = input;
  const subjects = (await Promise.all(input.selection.packages.map((item) => subjectOf(item, input)))).filter((one) => one !== undefined);
  if (input.mode === 'locked') requireEntries(subjects, input);
  for (const subject of subjects) {
    const entry = await entryOf(subject, { ...input, lock });
    lock = withBuild(lock, entry);
    const { name, version } = subject;
    const recipe = { name, pythonMinor: input.pythonMinor, ...(version !== undefined && { version }) };
    builds.set(name, await withGit(planned(subject, entry, input), recipe, input));
  }
  return { lock, builds };
}

/** A package to build. */
interface Subject {
  readonly name: string;
  readonly version: string | undefined;
  readonly label: string;
  readonly source: BuildSource;
  readonly origin: BuildOrigin;
  /** The `source` of its entry in wherry.lock. */
  readonly key: string;
  /** Known before anything is fetched only for trees of this machine. */
  readonly system: BuildSystem | undefined;
}

async function subjectOf(item: SelectedPackage, input: BuildsInput): Promise<Subject | undefined> {
  const { name, version, artifact } = item;
  const label = packageLabel(item);
  if (artifact.kind === 'wheel') return undefined;
  if (artifact.kind === 'local') return await treeSubject({ name, version, label, path: artifact.path }, input);
  const { subdirectory } = artifact;
  const below = subdirectory === undefined ? {} : { subdirectory };
  const suffix = subdirectory === undefined ? '' : `#${subdirectory}`;
  if (artifact.kind === 'git') {
    const { url, commit, lfs } = artifact;
    const source: BuildSource = { kind: 'git', commit, ...(lfs && { lfs: true }), ...below };
    return { name, version, label, source, origin: { kind: 'git', url, name, version }, key: `git:${commit}${suffix}`, system: undefined };
  }
  const { sha256, size, location } = artifact;
  const at = 'path' in location ? { path: resolvePath(input.project.root, location.path) } : location;
  const origin: BuildOrigin = { kind: 'archive', location: at, size };
  return { name, version, label, source: { kind: 'archive', sha256, ...below }, origin, key: `${sha256}${suffix}`, system: undefined };
}

interface LocalPackage {
  readonly name: string;
  readonly version: string | undefined;
  readonly label: string;
  readonly path: string;
}

async function treeSubject(
  { name, version, label, path }: LocalPackage,
  { project, members, trees }: BuildsInput,
): Promise<Subject | undefined> {
  const member = members.get(path);
  const tree = trees.get(path);
  if (member === undefined || tree === undefined) throw new TypeError(`no source tree of ${name}`);
  const system = buildSystemOf(member.pyproject.data, label);
  if (isUvBuild(system)) return undefined;
  return { name, version, label, ...(await treeSource(member, tree, { project, system })), key: `path:${path}`, system };
}

/** The entry of wherry.lock, or a new one. */
async function entryOf(subject: Subject, input: BuildsInput): Promise<LockedBuild> {
  const known = knownEntry(subject, input);
  return typeof known === 'string' ? await lookUp(subject, input) : known;
}

/** The entry of wherry.lock, or why there is none to use. */
function knownEntry({ name, key, system }: Subject, { lock, pythonMinor, settings }: BuildsInput): LockedBuild | string {
  const known = findBuild(lock, { name, source: key, python: pythonMinor });
  if (known === undefined) return `there is no entry of this source for Python ${pythonMinor}`;
  const extra = settings.extra.get(name) ?? [];
  return unusable(known, { system, extra, settings, python: () => buildPython(pythonMinor) }) ?? known;
}

/** All that is missing at once: one error after the other would take as many runs. */
function requireEntries(subjects: readonly Subject[], input: BuildsInput): void {
  const problems = subjects.flatMap((subject) => {
    const known = knownEntry(subject, input);
    return typeof known === 'string' ? [{ label: subject.label, reason: known }] : [];
  });
  const [first, ...others] = problems;
  if (first === undefined) return;
  const what = others.length === 0 ? `what the build of ${first.label} needs` : `what the builds of ${problems.length} packages need`;
  throw incomplete(
    what,
    problems.map(({ label, reason }) => `${label}: ${reason}`),
  );
}

async function lookUp(subject: Subject, input: BuildsInput): Promise<LockedBuild> {
  const { name, label, key } = subject;
  const { pythonMinor, settings } = input;
  const source = await readSource(subject, input);
  const system = subject.system ?? buildSystemOf(await pyprojectOf(source, label), label);
  refuseCompiling(system, label);
  const requires = [...system.requires, ...(settings.extra.get(name) ?? [])];
  const entry = { name, source: key, python: pythonMinor, backend: system.backend, backendPath: system.backendPath, requires };
  if (isUvBuild(system)) return { ...entry, more: [], tools: [] };
  const question = { label, constraints: settings.constraints, python: buildPython(pythonMinor), cutoff: settings.cutoff };
  const supply = {
    client: await input.client(),
    fetch: (candidate: Parameters<typeof fetchCandidate>[0]) => fetchCandidate(candidate, input),
  };
  const first = await chooseTools({ ...question, requires }, supply);
  const more = await askBackend({ subject, source, system, tools: first }, input);
  if (more.length === 0) return { ...entry, more, tools: first };
  return { ...entry, more, tools: await chooseTools({ ...question, requires: [...requires, ...more] }, supply) };
}

interface Asked {
  readonly subject: Subject;
  readonly source: ReadSource;
  readonly system: BuildSystem;
  readonly tools: LockedBuild['tools'];
}

async function askBackend({ subject, source, system, tools }: Asked, input: BuildsInput): Promise<readonly string[]> {
  const { ctx, pythonMinor, settings } = input;
  await ensureTools(tools, input);
  const wheels = tools.map(({ sha256 }) => ctx.store.path(sha256));
  const configSettings = settings.configSettings(subject.name);
  // setuptools asks for the version, and so for git, before it answers.
  const gitDirectory = subject.origin.kind === 'tree' ? subject.origin.gitDirectory : undefined;
  const job = jobOf({ label: subject.label, source, build: { ...system, configSettings }, wheels, minor: pythonMinor, gitDirectory });
  const { requirements } = await getRequiresForBuildWheel(job, ctx);
  return [...new Set(requirements)].sort();
}

function planned(subject: Subject, entry: LockedBuild, { pythonMinor, settings }: BuildsInput): PlannedBuild {
  const { label, origin, source, name } = subject;
  const { backend, backendPath, tools } = entry;
  const configSettings = settings.configSettings(name);
  const isOwn = backend === 'uv_build' && tools.length === 0;
  const build: BuildRecipe = {
    source,
    backend,
    ...(backendPath.length > 0 && { backendPath }),
    ...(!isOwn && Object.keys(configSettings).length > 0 && { configSettings }),
    ...(!isOwn && { python: buildPython(pythonMinor).release }),
    tools: tools.map(({ name: tool, version, sha256 }) => ({ name: tool, version, sha256 })),
  };
  return { build, material: { kind: 'build', label, origin, tools } };
}
