/**
 * In: a directory. Out: `Project` (workspace, members, Python pin, start signals) and `SourceTree` (hashed files that may enter an image).
 * Must not: use the network, run Python, uv or git, read git or host settings, or decide what an image holds.
 */
export { globToRegExp, hasGlob, normalPath } from './glob.ts';
export { type DependencyGroup, dependencyGroups } from './groups.ts';
export { holdsPrivateKey, interpreterOf, startsAsProgram } from './guards.ts';
export { readOutsideMember } from './members.ts';
export { placeOf } from './places.ts';
export { type ReadProjectOptions, readProject } from './read.ts';
export { readRevision } from './revision.ts';
export { callsOfFile, programsCalled } from './shell-calls.ts';
export { isMissing, isTable, parseToml, readPyproject, readTextIfThere, tableAt } from './toml.ts';
export { readSourceTree, type SourceTreeOptions } from './tree.ts';
export type { Member, Project, Pyproject, SourceFile, SourceTree, StartSignal, TomlTable } from './types.ts';
export { type Wanted, wantedPaths } from './wanted.ts';
