import type { DependencyHeaders } from '../packaging/index.ts';
import type { Pyproject } from '../project/types.ts';
import { tableAt, textsAt } from './table.ts';

/** What a build backend says of a project. */
export type ComputedMetadata = DependencyHeaders;

/** By the absolute path of the tree. */
export type ComputedTrees = ReadonlyMap<string, ComputedMetadata>;

/** pyproject.toml as it would be if what the backend computes were written into it. */
export function withComputed(pyproject: Pyproject, { requiresDist, providesExtras }: ComputedMetadata): Pyproject {
  const project = tableAt(pyproject.data, 'project');
  const dynamic = textsAt(project, 'dynamic').filter((field) => field !== 'dependencies' && field !== 'optional-dependencies');
  // The requirements of extras carry their condition in their markers.
  const extras = Object.fromEntries(providesExtras.map((extra) => [extra, []]));
  const whole = { ...project, dependencies: requiresDist, 'optional-dependencies': extras, dynamic };
  return { ...pyproject, data: { ...pyproject.data, project: whole } };
}
