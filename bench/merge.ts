import type { BenchResult, ProjectResult, Row } from './types.ts';

/** A result of one day with what was measured later that day in place of the same rows and sizes, so that a run may measure a part only. */
export function merged(before: BenchResult | undefined, later: BenchResult): BenchResult {
  if (before === undefined || before.date !== later.date) return later;
  const projects = new Map(before.projects.map((project) => [project.name, project]));
  for (const project of later.projects) projects.set(project.name, mergedProject(projects.get(project.name), project));
  return {
    ...before,
    ...later,
    projects: [...projects.values()],
    startup: later.startup.length === 0 ? before.startup : later.startup,
  };
}

function mergedProject(before: ProjectResult | undefined, later: ProjectResult): ProjectResult {
  if (before === undefined) return later;
  return {
    ...later,
    bumped: later.bumped.length < before.bumped.length ? before.bumped : later.bumped,
    rows: [...before.rows.filter((row) => !later.rows.some((other) => keyOf(other) === keyOf(row))), ...later.rows],
    sizes: [...before.sizes.filter((pair) => !later.sizes.some(({ bytecode }) => bytecode === pair.bytecode)), ...later.sizes],
  };
}

function keyOf({ row, bytecode, push = false }: Row): string {
  return `${row} ${bytecode} ${push}`;
}
