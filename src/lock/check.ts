import { parseSpecifiers } from '../packaging/index.ts';
import type { Project } from '../project/types.ts';
import { checkGroupSettings, checkLibc } from './check-groups.ts';
import { checkIndexes } from './check-indexes.ts';
import {
  checkConflicts,
  checkEnvironments,
  checkExcludes,
  checkList,
  checkOptions,
  checkRootGroups,
  requirementLists,
} from './check-manifest.ts';
import { checkDependencyMetadata } from './check-metadata.ts';
import { checkMembers, checkRequiresPython, checkTrees } from './check-trees.ts';
import { workspaceScope } from './scope.ts';
import { type Inquiry, judge, type Staleness, type Surroundings } from './staleness.ts';
import { tableAt } from './table.ts';
import type { Lock } from './types.ts';

type Check = readonly [keys: readonly string[], check: (inquiry: Inquiry) => readonly Staleness[]];

/** In the order in which they are reported: what explains most comes first. */
const checks: readonly Check[] = [
  [['project', 'requires-python'], checkRequiresPython],
  [['tool', 'uv', 'workspace', 'members'], checkMembers],
  [['project'], checkTrees],
  ...requirementLists.map((key): Check => [['tool', 'uv', key], (inquiry) => checkList(key, inquiry)]),
  [['tool', 'uv', 'exclude-dependencies'], checkExcludes],
  [['dependency-groups'], checkRootGroups],
  [['tool', 'uv', 'default-groups'], checkGroupSettings],
  [['tool', 'uv', 'minimum-libc-version'], checkLibc],
  [['tool', 'uv', 'environments'], (inquiry) => checkEnvironments('environments', inquiry)],
  [['tool', 'uv', 'required-environments'], (inquiry) => checkEnvironments('required-environments', inquiry)],
  [['tool', 'uv', 'conflicts'], checkConflicts],
  [['tool', 'uv'], checkOptions],
  [['tool', 'uv', 'dependency-metadata'], checkDependencyMetadata],
  [['tool', 'uv', 'index'], checkIndexes],
];

/**
 * Every field of the project that the lock does not follow (uv-and-wheels §2.4), without a resolver: each is computed from the
 * pyproject files and compared in a normal form. Empty means fresh. May call stale what uv's resolver would lock the same way,
 * never the reverse. Pure; `readSurroundings` reads what lies outside the project.
 */
export function checkLock(project: Project, lock: Lock, surroundings: Surroundings = {}): readonly Staleness[] {
  const pyproject = project.rootPyproject;
  return judge({ pyproject, keys: ['tool', 'uv'] }, () => {
    const inquiry = inquiryOf(project, lock, surroundings);
    return checks.flatMap(([keys, check]) => judge({ pyproject, keys }, () => check(inquiry)));
  });
}

function inquiryOf(project: Project, lock: Lock, surroundings: Surroundings): Inquiry {
  const settings = surroundings.settings ?? tableAt(project.rootPyproject.data, 'tool', 'uv');
  return {
    project,
    lock,
    settings,
    surroundings,
    workspace: workspaceScope(project, settings, surroundings.trees ?? new Map()),
    requiresPython: parseSpecifiers(lock.requiresPython ?? ''),
  };
}
