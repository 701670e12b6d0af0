import type { DependencyHeaders } from '../packaging/index.ts';
import type { Pyproject } from '../project/types.ts';
import { tableAt, textsAt } from './table.ts';

/** What a build backend says of a project. */
export type ComputedMetadata = DependencyHeaders;

/** By the absolute path of the tree. */
export type ComputedTrees = ReadonlyMap<string, ComputedMetadata>;

/**
 * pyproject.toml as it would be if what the backend computes were written into it. The version is written only where there is no `[project]`: one that is
 * said to be dynamic is not in the lock either.
 */
export function withComputed(pyproject: Pyproject, { version, requiresDist, providesExtras }: ComputedMetadata): Pyproject {
  const project = pyproject.data.project === undefined ? { version } : tableAt(pyproject.data, 'project');
  const dynamic = textsAt(project, 'dynamic').filter((field) => field !== 'dependencies' && field !== 'optional-dependencies');
  // The requirements of extras carry their condition in their markers.
  const extras = Object.fromEntries(providesExtras.map((extra) => [extra, []]));
  const whole = { ...project, dependencies: requiresDist, 'optional-dependencies': extras, dynamic };
  return { ...pyproject, data: { ...pyproject.data, project: whole } };
}
