import { counted } from '../count.ts';
import { ToolError } from '../errors/index.ts';
import { redact } from '../http/index.ts';
import type { IndexClient } from '../indexes/index.ts';
import {
  dependencyHeaders,
  evaluateMarker,
  parseRequirement,
  type Requirement,
  specifiersAllow,
  type Version,
} from '../packaging/index.ts';
import type { LockedTool } from '../resolve/index.ts';
import { type Candidate, newestFitting, type Refusals } from './candidates.ts';
import type { BuildPython } from './python.ts';

/** What tools are chosen for. */
export interface ToolQuestion {
  /** What is built, for messages. */
  readonly label: string;
  /** Requirements of the build (PEP 508). */
  readonly requires: readonly string[];
  /** Requirements that limit the choice only. */
  readonly constraints: readonly string[];
  readonly python: BuildPython;
  readonly cutoff: (name: string) => number | undefined;
}

/** Where tools come from. */
export interface ToolSupply {
  readonly client: IndexClient;
  /** Brings a wheel into the store, and gives its entry for wherry.lock and the text of its METADATA. */
  readonly fetch: (candidate: Candidate) => Promise<{ readonly tool: LockedTool; readonly metadata: string }>;
}

interface Demand {
  readonly requirement: Requirement;
  /** `hatchling 1.27.0`, or the package that is built. */
  readonly by: string;
}

interface Choice {
  readonly tool: LockedTool;
  readonly version: Version;
  readonly requires: readonly Requirement[];
  readonly extras: Set<string>;
}

interface State {
  readonly demands: Map<string, Demand[]>;
  readonly chosen: Map<string, Choice>;
  readonly question: ToolQuestion;
}

/**
 * Chooses the backend of a build and what it requires: one requirement after the other, always the newest version that fits what is known by
 * then, and never taken back. Errors: BUILD_REQUIRES_CONFLICT, BUILD_REQUIRES_MISSING, those of indexes and downloads.
 */
export async function chooseTools(question: ToolQuestion, supply: ToolSupply): Promise<readonly LockedTool[]> {
  const state: State = { demands: new Map(), chosen: new Map(), question };
  for (const text of question.requires) demand(state, parseRequirement(text), question.label);
  for (let name = nextName(state); name !== undefined; name = nextName(state)) {
    const choice = await choose(name, state, supply);
    state.chosen.set(name, choice);
    follow(state, choice, new Set());
  }
  return [...state.chosen.values()].map(({ tool }) => tool).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function nextName({ demands, chosen }: State): string | undefined {
  return [...demands.keys()].find((name) => !chosen.has(name));
}

/** Takes note of a requirement; one of a package that is chosen already must suit it. */
function demand(state: State, requirement: Requirement, by: string, extras: ReadonlySet<string> = new Set()): void {
  const { demands, chosen, question } = state;
  const { name, marker } = requirement;
  if (marker !== undefined && !evaluateMarker(marker, question.python.environment, extras)) return;
  if (requirement.url !== undefined) {
    throw new ToolError('BUILD_REQUIRES_MISSING', `${by} requires ${name} from ${redact(requirement.url)}`, {
      hint: 'what builds must come from a package index: name a version instead of a URL',
    });
  }
  const all = [...(demands.get(name) ?? []), { requirement, by }];
  demands.set(name, all);
  const choice = chosen.get(name);
  if (choice === undefined) return;
  if (!specifiersAllow(requirement.specifiers, choice.version)) throw conflict(name, choice, all);
  const fresh = requirement.extras.filter((extra) => !choice.extras.has(extra));
  for (const extra of fresh) choice.extras.add(extra);
  if (fresh.length > 0) follow(state, choice, new Set(fresh));
}

/** The requirements of what was chosen; with `extras` those of these extras alone. */
function follow(state: State, { tool, requires, extras: own }: Choice, extras: ReadonlySet<string>): void {
  const by = `${tool.name} ${tool.version}`;
  const { environment } = state.question.python;
  for (const requirement of requires) {
    const { marker } = requirement;
    const isPlain = marker === undefined || evaluateMarker(marker, environment);
    if (extras.size === 0 ? isPlain : !isPlain) demand(state, requirement, by, extras.size === 0 ? undefined : own);
  }
}

async function choose(name: string, state: State, { client, fetch }: ToolSupply): Promise<Choice> {
  const { question } = state;
  const demands = state.demands.get(name) ?? [];
  const constraints = question.constraints.map(parseRequirement).filter((constraint) => constraint.name === name);
  const specifiers = [...demands.map(({ requirement }) => requirement), ...constraints].map((each) => each.specifiers);
  const files = await filesOf(name, client);
  const { version: python, ranks } = question.python;
  const found = newestFitting(files, { specifiers, python, ranks, cutoff: question.cutoff(name) });
  if (!('wheel' in found)) throw nothingFits(name, { demands, refusals: found, constraints, question });
  const { tool, metadata } = await fetch(found);
  const extras = new Set(demands.flatMap(({ requirement }) => requirement.extras));
  const choice = { tool, version: found.wheel.version, requires: requiresDist(metadata), extras };
  if (extras.size > 0) {
    state.chosen.set(name, choice);
    follow(state, choice, extras);
  }
  return choice;
}

/** The first index that has the package decides, so that a namesake elsewhere is never taken. */
async function filesOf(name: string, client: IndexClient) {
  for await (const { files } of client.project(name)) return files;
  return [];
}

/** The Requires-Dist headers of METADATA (core metadata specification). */
export function requiresDist(metadata: string): readonly Requirement[] {
  return dependencyHeaders(metadata).requiresDist.map(parseRequirement);
}

const constraintHint = (name: string) =>
  `name a version of ${name} that suits all of them: build-constraint-dependencies = ["${name}==…"] in [tool.uv], or build-constraints in [tool.wherry]`;

function conflict(name: string, { version }: Choice, demands: readonly Demand[]): ToolError {
  return new ToolError('BUILD_REQUIRES_CONFLICT', `${name} ${version.text} was chosen to build with, and does not suit all that need it`, {
    details: demands.map(demandLine),
    hint: constraintHint(name),
  });
}

function demandLine({ requirement: { name, specifierText }, by }: Demand): string {
  return `${by} requires ${name}${specifierText === '' ? '' : ` ${specifierText}`}`;
}

interface Failure {
  readonly demands: readonly Demand[];
  readonly refusals: Refusals;
  readonly constraints: readonly Requirement[];
  readonly question: ToolQuestion;
}

function nothingFits(name: string, { demands, refusals, constraints, question }: Failure): ToolError {
  const details = [
    ...demands.map(demandLine),
    ...constraints.map(({ specifierText }) => `a build constraint allows ${name} ${specifierText}`),
    ...[...refusals].map(([reason, count]) => `${counted(count, 'file')}: ${reason}`),
    ...(refusals.size === 0 ? ['no package index has the package'] : []),
  ];
  const isConflict = demands.length > 1 && refusals.has('another version than is required');
  const code = isConflict ? 'BUILD_REQUIRES_CONFLICT' : 'BUILD_REQUIRES_MISSING';
  return new ToolError(code, `nothing fits to build ${question.label}: ${name} for Python ${question.python.release}`, {
    details,
    hint: isConflict ? constraintHint(name) : 'see the reasons above; or build the package elsewhere and give it as a wheel',
  });
}
